import { type ErrorEntry, refusal } from './error-entry.ts'

/** Money on its way: captures, refunds, disputes, payouts. */
export const moneyErrors = {
  // Captures.
  capture_amount_above_authorised: refusal(
    'The amount to capture is above what the issuer has promised. Only a tip may go above it.',
    400,
  ),
  tip_above_tolerance: refusal('The tip is more than the acquirer lets an approval be exceeded by.', 400),
  charge_already_captured: refusal('This payment is captured already.', 400),
  increment_in_flight: {
    status: 409,
    retryable: true,
    message: 'The issuer is being asked to hold more for this payment. Try again when it has answered.',
  },
  increment_undecided: {
    status: 503,
    retryable: true,
    message:
      'The issuer has not answered yet whether it holds more. Send the same request again: it asks once, and tells what came of it.',
  },
  increment_not_made: {
    status: 503,
    retryable: false,
    message:
      'The issuer could not be asked, or did not answer. No more is held. Ask again with a new idempotency key.',
  },
  capture_authorization_expired: refusal(
    'Nobody captured this payment in time, and the hold was given back. Take a new payment.',
    400,
  ),

  // Refunds, disputes, payouts.
  charge_already_refunded: refusal('All of this payment has been refunded or is on its way back.', 400),
  refund_amount_above_capture: refusal('The refunds together would exceed what was captured.', 400),
  payment_not_refundable: refusal(
    'This payment was declined, called off or never captured, so there is nothing to give back.',
    400,
  ),
  charge_disputed: refusal(
    'The cardholder disputes this payment. Answer the dispute, or accept it: a refund would pay twice.',
    400,
  ),
  refund_card_not_kept: refusal(
    'The card of this payment is no longer kept. Refund by other means, or unlinked with the card present.',
    400,
  ),
  refund_not_cancelable: refusal(
    'The refund has left for the acquirer or is over. It can no longer be called off.',
    400,
  ),
  refund_approver_required: refusal(
    'A refund without its payment needs a supervisor. Name the approver.',
    403,
  ),
  refund_reason_required: refusal('A refund without its payment needs a reason in words.', 400),
  refund_unlinked_not_allowed: refusal(
    'Refunds without their payment are switched off for this account. An administrator can set a limit.',
    403,
  ),
  refund_unlinked_above_limit: refusal(
    'The amount is above the limit for refunds without their payment.',
    400,
  ),
  dispute_not_open: refusal(
    'The dispute takes no evidence any more: it is closed, or the evidence is with the issuer.',
    400,
  ),
  dispute_deadline_over: refusal('The deadline for evidence is over.', 400),
  file_storage_full: refusal(
    'So many files as this account may keep are there. Those that no dispute names go 90 days after they came; whoever runs the gateway can allow more.',
    400,
  ),
  balance_insufficient: refusal('The available balance does not cover this payout.', 400),
  bank_account_missing: refusal(
    'This account has no bank account for payouts in this currency. Add one first.',
    400,
  ),
  bank_account_invalid: refusal('The bank account is not valid: check the IBAN, the BIC and the name.', 400),
  payout_unexpected_state: refusal('The payout is not in a state in which that can be done.', 400),
  payout_funded_by_acquirer: refusal(
    'The acquirer pays this account directly, so there are no payouts of our own.',
    400,
  ),
} as const satisfies Record<string, ErrorEntry>
