import { errorTable } from '@holdfast/protocol'
import type { StripeRefusal } from './stripe-refusal.ts'

/** What refunds, payouts and disputes refuse, with Stripe's own code where it has one. */
export function moneyRefusal(code: MoneyRefusalCode): StripeRefusal {
  const { stripeCode, param } = STRIPE_CODES[code]
  return {
    code,
    message: errorTable[code].message,
    ...(stripeCode === undefined ? {} : { stripeCode }),
    ...(param === undefined ? {} : { param }),
  }
}

/** With what would be right, in minor units as it was asked. */
export function refundTooLarge(askedMinor: number, leftMinor: number): StripeRefusal {
  const message = `Refund amount (${askedMinor}) is greater than unrefunded amount on charge (${leftMinor}).`
  return { ...moneyRefusal('refund_amount_above_capture'), message }
}

type MoneyRefusalCode = keyof typeof STRIPE_CODES

const STRIPE_CODES = {
  payment_not_refundable: { stripeCode: 'charge_not_refundable', param: undefined },
  charge_disputed: { stripeCode: 'charge_disputed', param: undefined },
  charge_already_refunded: { stripeCode: 'charge_already_refunded', param: undefined },
  refund_amount_above_capture: { stripeCode: 'amount_too_large', param: 'amount' },
  refund_card_not_kept: { stripeCode: 'charge_not_refundable', param: undefined },
  refund_not_cancelable: { stripeCode: undefined, param: 'id' },
  dispute_not_open: { stripeCode: undefined, param: 'id' },
  dispute_deadline_over: { stripeCode: undefined, param: 'id' },
  // Stripe has no word for it: it says nothing of how much it keeps.
  file_storage_full: { stripeCode: 'file_storage_full', param: 'file' },
  balance_insufficient: { stripeCode: 'balance_insufficient', param: 'amount' },
  bank_account_missing: { stripeCode: 'payouts_not_allowed', param: 'currency' },
  payout_funded_by_acquirer: { stripeCode: 'payouts_not_allowed', param: undefined },
  payout_unexpected_state: { stripeCode: undefined, param: 'id' },
} as const
