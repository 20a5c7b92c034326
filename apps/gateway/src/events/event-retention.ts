/** Thirty days, as Stripe keeps them: so long events can be listed, replayed, and told apart from those to come. */
export const EVENTS_KEPT_FOR_MS = 30 * 24 * 60 * 60_000
