import type { Money } from '@holdfast/core'
import type { FollowUps, StoredPayment, StoredPaymentFacts } from './stored-payment.ts'

const NO_FOLLOW_UPS: FollowUps = { tip: null, capture: null, refunds: [] }

/** A payment that an earlier version stored has none. */
export function followUpsOf(payment: StoredPaymentFacts): FollowUps {
  return payment.followUps ?? NO_FOLLOW_UPS
}

/** The amount of the sale and the tip that was added to it: what the payment holds in the limits. */
export function totalOf(payment: StoredPayment): Money {
  const { amountMinor, currency } = payment.money
  return { amountMinor: amountMinor + (followUpsOf(payment).tip?.tipMinor ?? 0), currency }
}

/** All that was given on top, at the sale and after it: minor units of what `totalOf` says. */
export function tipOf(payment: StoredPaymentFacts): number {
  return (payment.tipMinor ?? 0) + (followUpsOf(payment).tip?.tipMinor ?? 0)
}

export function refundedMinor(payment: StoredPayment): number {
  return followUpsOf(payment).refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}
