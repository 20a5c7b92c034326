import { findSetupIntents, type SetupIntent } from '../../setup-intents/setup-intent-store.ts'
import { NEVER, type ObjectKind, type StripeObject } from './platform/object-kinds.ts'

/** A card to be saved; no reader takes one yet, so it waits or is canceled. */
export const setupIntentKind: ObjectKind = {
  async render(db, scope, ids) {
    const found = await findSetupIntents(db, scope, ids)
    return new Map(found.map((setup) => [setup.id, renderSetupIntent(setup, scope.mode === 'live')]))
  },
  expandable: {
    customer: { kind: 'customer' },
    application: NEVER,
    latest_attempt: NEVER,
    mandate: NEVER,
    on_behalf_of: NEVER,
    payment_method: NEVER,
    single_use_mandate: NEVER,
  },
}

function renderSetupIntent(setup: SetupIntent, livemode: boolean): StripeObject {
  return {
    id: setup.id,
    object: 'setup_intent',
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: setup.cancelReason,
    client_secret: setup.clientSecret,
    created: Math.floor(setup.createdMs / 1_000),
    customer: setup.customer,
    description: setup.description,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode,
    mandate: null,
    metadata: setup.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: {},
    payment_method_types: [setup.method],
    single_use_mandate: null,
    status: setup.canceledMs === null ? 'requires_payment_method' : 'canceled',
    usage: setup.usage,
  }
}
