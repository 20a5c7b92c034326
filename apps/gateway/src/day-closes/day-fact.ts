import type { Currency } from '@holdfast/core'

/** What a sale or refund counts as. `held` waits for its capture; of `pending` no bank has decided. */
type DayState = 'paid' | 'held' | 'pending' | 'declined' | 'canceled'

/** One sale or refund as a day report counts it. */
export interface DayFact {
  readonly kind: 'sale' | 'refund'
  /** The payment's or refund's id. */
  readonly subject: string
  readonly device: string
  readonly currency: Currency
  readonly state: DayState
  /** With the tip. */
  readonly amountMinor: number
  readonly tipMinor: number
  /** False: of the days of earlier closes, and known otherwise since, or known only since. */
  readonly isOfPeriod: boolean
  /** What the last close that named it had said. */
  readonly was: { readonly number: number; readonly state: DayState; readonly amountMinor: number } | null
}

/** What it adds to the net sum. */
export function netMinorOf(
  kind: DayFact['kind'],
  { state, amountMinor }: Pick<DayFact, 'state' | 'amountMinor'>,
): number {
  if (state !== 'paid') return 0
  return kind === 'sale' ? amountMinor : -amountMinor
}
