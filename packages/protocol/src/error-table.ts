/**
 * Every code that anybody outside may see, once. `status` is the HTTP status where the code is an answer; `retryable`
 * says whether the same bytes sent again could end differently. `docs/reference/errors.md` has one line for each, held
 * to this table by a test. A decline is data or a 4xx, never a 5xx.
 */
export const errorTable = {
  // Offline policy, decided on the device.
  offline_not_allowed: refusal(
    'Offline payments are switched off for this device. Ask an administrator to allow them.',
  ),
  offline_lease_missing: refusal('This device has no offline lease yet. Connect it to the internet once.'),
  offline_liability_not_accepted: refusal(
    'Nobody has accepted the risk of offline payments for this account. An administrator must do so first.',
  ),
  offline_lease_expired: refusal(
    'The offline lease is over. Connect this device to the internet to renew it.',
  ),
  offline_clock_untrusted: refusal(
    'This device cannot be sure of the time. Connect it to the internet once.',
  ),
  offline_kind_not_allowed: refusal('This kind of offline payment is not allowed for this device.'),
  offline_currency_not_allowed: refusal('Payments in this currency are not taken offline.'),
  offline_amount_above_limit: refusal('The amount is above the limit for one offline payment.'),
  offline_stored_total_above_limit: refusal(
    'The stored payments would exceed the total that may wait offline.',
  ),
  offline_stored_count_above_limit: refusal(
    'No more payments may wait on this device. Connect it to the internet.',
  ),
  offline_device_total_above_limit: refusal(
    'The stored payments would exceed this device’s share of what the location may hold offline.',
  ),
  offline_device_count_above_limit: refusal(
    'No more payments of any kind may wait on this device. Connect it to the internet.',
  ),
  offline_acceptance_window_over: refusal('This device has been offline too long to accept more payments.'),
  offline_card_brand_not_allowed: refusal('This card cannot be used offline. Ask for another card.'),
  offline_card_application_not_allowed: refusal(
    'This application of the card cannot be used offline. Ask for another card.',
  ),
  offline_entry_mode_not_allowed: refusal(
    'This way of reading the card is not allowed offline. Insert or tap the card.',
  ),
  offline_card_expired: refusal('The card is expired. Ask for another card.'),
  offline_card_declined: refusal('The card refused the payment. Ask for another card.'),
  offline_online_pin_not_supported: refusal(
    'This card asks for a PIN that only its bank can check. Ask for another card.',
  ),
  offline_customer_authentication_required: refusal(
    'Offline, this card must be verified by the customer here. Insert the card and enter its PIN.',
  ),
  offline_card_denied: refusal('This card is not accepted offline. Ask for another card.'),
  offline_card_count_above_limit: refusal(
    'This card was used offline too often here. Ask for another card or connect to the internet.',
  ),
  offline_card_total_above_limit: refusal(
    'This card has too much waiting here already. Ask for another card or connect to the internet.',
  ),
  offline_approval_required: refusal(
    'A supervisor must approve this amount offline. Confirm the sale again with an approver.',
  ),
  offline_contact_required: refusal(
    'Offline, this amount needs the customer’s e-mail or telephone. Confirm the sale again with a contact.',
  ),
  offline_required_online: refusal('This sale must be authorised online, and the gateway cannot be reached.'),
  offline_limit_not_lower: refusal(
    'A limit that was set on this device can only be raised while the gateway answers.',
    409,
  ),

  // The sale on the device.
  card_removed: refusal('The card was removed too early. Try again.'),
  card_blocked: refusal('The card is blocked. Ask for another card.'),
  card_unreadable: refusal('The card could not be read. Try again or ask for another card.'),
  card_pin_wrong: refusal('The PIN was wrong. Try again.'),
  card_declined: refusal('The issuer declined the payment. Ask for another card.', 402),
  reader_busy: refusal('The reader is busy with another card.', 409),
  sale_not_open: refusal('This sale is closed. Start a new one.', 409),
  sale_in_progress: refusal('Another step of this sale is still running.', 409),
  amount_invalid: refusal(
    'The amount must be a whole number of minor units (cents) between 1 and 999999999999.',
    400,
  ),
  currency_invalid: refusal('The currency must be a lower-case ISO 4217 code that the device may take.', 400),
  not_enrolled: refusal('This device is not enrolled. Enter a device code.', 409),
  journal_busy: { status: 503, retryable: true, message: 'The journal moved on too often. Try again.' },
  journal_failed: refusal(
    'The journal could not be written. Nothing was accepted. Check the disk of this device.',
    507,
  ),

  // Readers, and what is asked of a payment after its sale.
  reader_not_connected: refusal(
    'No reader is connected. Discover the readers in reach and connect one.',
    409,
  ),
  reader_not_found: refusal(
    'No reader with this serial number is in reach. Switch it on and discover again.',
    404,
  ),
  reader_connect_failed: {
    status: 503,
    retryable: true,
    message: 'The reader is there and does not connect. Try again, or restart the reader.',
  },
  reader_offline_not_capable: refusal(
    'This reader cannot take payments offline. Connect one that can, or connect to the internet.',
  ),
  reader_type_not_seen_online: refusal(
    'No reader of this type was connected online in the last 30 days. Connect it once with internet.',
  ),
  reader_location_not_seen_online: refusal(
    'No reader of this type was connected online at this location in the last 30 days. Connect it here once with internet.',
  ),
  reader_new_offline: refusal(
    'This reader was never connected to this device. A new reader can only be connected with internet.',
  ),
  reader_not_in_lease: refusal(
    'The gateway has not named this reader for this device, so it takes no payments offline. Connect a reader that the device was set up with, or connect to the internet.',
  ),
  reader_software_outdated: refusal(
    'The software of this reader was not updated in the last 30 days. Update it with internet.',
  ),
  test_card_in_live_mode: refusal(
    'This is a published test card, and the device is in live mode. Ask for a real card.',
  ),
  idempotency_key_reused: refusal(
    'This idempotency key has already opened another sale. Look at that payment first, and use a new key for a new sale.',
    409,
  ),
  currency_mismatch: refusal('The currency is not the one of the payment.', 400),
  tip_not_adjustable: refusal('The tip of this payment can no longer be changed.', 409),
  capture_not_requestable: refusal('This payment is not one that waits for its capture.', 409),
  capture_amount_above_payment: refusal('The amount to capture is above the payment with its tip.'),
  refund_not_requestable: refusal('This payment has nothing that could be refunded.', 409),
  refund_amount_above_payment: refusal('The refunds together would exceed the payment.'),

  // The journal, its disk, and what is carried to another device.
  journal_full: refusal(
    'The disk of this device is full. Nothing more is accepted; what is stored is safe and still sent. Free some space.',
    507,
  ),
  journal_poisoned: refusal(
    'A write to the disk of this device failed. Nothing more is accepted until the app is restarted; what is stored is still sent.',
    507,
  ),
  journal_damaged: refusal(
    'The journal of this device is damaged. Nothing more is accepted; what can be read is still sent and can be exported. Enrol the device anew.',
    507,
  ),
  journal_forked: refusal(
    'This device is a copy, or was restored from an older copy. Nothing more is accepted on it until the gateway releases it or it is enrolled anew.',
    409,
  ),
  device_deauthorised: refusal(
    'This device was signed off. What it stored is still sent. Reset it and enrol it anew to take payments.',
    409,
  ),
  payments_pending: refusal(
    'Payments of this device are not with the gateway yet. Connect it to the internet, or export them and acknowledge their number.',
    409,
  ),
  storage_unavailable: refusal(
    'This browser keeps nothing for this page: a private window, or storage that is blocked. Open the page in a normal window.',
    507,
  ),
  storage_lost: refusal(
    'The browser has lost what this till had stored. Call support before anything else; then set it up anew.',
    507,
  ),
  storage_not_persistent: refusal(
    'This browser may throw away what this page stores, so nothing is taken offline. Install the app or allow it to keep its storage.',
  ),
  export_malformed: refusal('This file is not an export of a payment queue, or it was changed.', 400),
  export_foreign: refusal('This export belongs to another account or mode.', 403),
  record_corrupt: refusal(
    'A stored record was damaged on the disk of its device. It is kept for review, and the others go on.',
    409,
  ),
  record_missing: refusal(
    'A record is missing from the journal of its device. The gap is reported, and the others go on.',
    409,
  ),

  // Intake: why a record is parked.
  device_revoked: refusal('The device was revoked before this record came in. Kept for review.', 409),
  record_malformed: refusal('The record is not a version 1 record.', 400),
  record_version_unknown: refusal(
    'The record has a version that this gateway does not know. Update the gateway.',
    400,
  ),
  record_signature_invalid: refusal('The signature does not fit the record and its device.', 400),
  record_account_foreign: refusal('The record belongs to another account, device or mode.', 403),
  record_sealed_mismatch: refusal('The sealed block is not the one that the record names.', 400),
  record_fork: refusal(
    'Two records continue the same one: a copied or restored device. Kept for review.',
    409,
  ),
  duplicate_suspected: refusal('The payment was already accepted with another card. Kept for review.', 409),
  payment_terms_mismatch: refusal(
    'Amount, currency or sale differ from what the payment was opened with.',
    409,
  ),
  review_rejected: refusal(
    'The payment was looked at by a person and rejected. It will not be paid; ask the customer for another payment.',
    409,
  ),
  deferred_too_old: refusal(
    'The payment came too late: its bank takes no question about a sale this old. Ask the customer for another payment.',
    409,
  ),
  never_decided: refusal(
    'The bank gave no decision, as often as it was asked. Ask the customer for another payment.',
    409,
  ),
  payment_voided: refusal('The payment was voided by its device.', 409),
  attempt_superseded: refusal('A later try of this sale has taken the place of this one.', 409),
  attempt_already_settled: refusal('The attempt has ended.', 409),

  // Device API.
  request_malformed: refusal('The request does not fit the specification.', 400),
  request_too_large: refusal('The request is larger than allowed. Send fewer records at once.', 413),
  device_unknown: refusal('The device is not known or has been revoked.', 401),
  device_signature_invalid: refusal('The signature of the request does not fit its device.', 401),
  enrolment_code_invalid: refusal('The device code is wrong, used or expired. Ask for a new one.', 400),
  not_found: refusal('There is nothing with this id.', 404),
  method_not_allowed: refusal('This method is not allowed here.', 405),
  rate_limited: {
    status: 429,
    retryable: true,
    message: 'Too many requests. Wait as long as Retry-After says.',
  },
  service_unavailable: {
    status: 503,
    retryable: true,
    message: 'The gateway cannot do this now. Try again.',
  },
  internal_error: {
    status: 500,
    retryable: true,
    message: 'We are down or at fault. The outcome is unknown: keep and retry.',
  },

  // Merchant API.
  api_key_missing: refusal('No API key was given. Send it as a bearer token.', 401),
  api_key_invalid: refusal('The API key is not known.', 401),
  permission_missing: refusal(
    'The API key may not do this. Give it the permission, or use another key.',
    403,
  ),
  idempotency_key_in_use: {
    status: 409,
    retryable: true,
    message: 'Another request with this idempotency key is still under way. Send the same one again.',
  },
  idempotency_key_other_request: refusal(
    'This idempotency key belongs to another request. Use a new key for a new request.',
    400,
  ),
  state_unfit: refusal('The object is in a state in which this cannot be done.', 400),
  livemode_mismatch: refusal('A test key was used for a live object, or the other way round.', 403),
  resource_missing: refusal('There is no such object in this account.', 404),
  parameter_unknown: refusal('The request has a parameter that this call does not know.', 400),
  parameter_invalid: refusal('A parameter has a value that this call cannot take.', 400),

  // Captures.
  capture_amount_above_authorised: refusal(
    'The amount to capture is above what the issuer has promised. Only a tip may go above it.',
    400,
  ),
  tip_above_tolerance: refusal('The tip is more than the acquirer lets an approval be exceeded by.', 400),
  charge_already_captured: refusal('This payment is captured already.', 400),
  capture_authorization_expired: refusal(
    'Nobody captured this payment in time, and the hold was given back. Take a new payment.',
    400,
  ),

  // Review: what a person says of what waits.
  review_nothing_waits: refusal('Nothing of this waits for a person.', 409),
  review_decided_otherwise: refusal(
    'Somebody has said otherwise before, and that is for ever. The decisions of the review name who.',
    409,
  ),
  review_device_needed: refusal(
    'Several devices have records of this payment that wait. Name the device that is meant.',
    409,
  ),
  review_books_needed: refusal(
    'Only the acquirer’s books tell what became of this payment. Look it up there, and resolve it with what they hold.',
    409,
  ),
  review_card_has_paid: refusal(
    'The card of this payment has paid. Find out why the acquirer does not take the advice, then release it.',
    409,
  ),
  review_not_releasable: refusal(
    'What was set aside is not proven to be of its device, or contradicts its sale. It can only be rejected.',
    409,
  ),
  review_does_not_fit: refusal('This does not fit the payment. Look at times and codes again.'),
  review_moved: {
    status: 409,
    retryable: true,
    message: 'It has moved meanwhile. Look at it again.',
  },

  // Orders from online channels.
  order_not_open: refusal('This order is paid or canceled, or is being paid at this till.', 409),
  order_already_paid: refusal('This order is paid. Refund its payment instead.', 409),
  order_currency_not_taken: refusal('The account takes no payments in this currency.', 400),

  // Batches.
  batch_not_open: refusal('This batch is closed or closing already.', 409),
  batch_tips_missing: refusal(
    'Sales of this terminal wait for their tip or capture. Capture them first, or close the batch all the same.',
    409,
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

export interface ErrorEntry {
  readonly status: number
  readonly retryable: boolean
  /** What is wrong and what would be right, for a person. */
  readonly message: string
}

export type ErrorCode = keyof typeof errorTable

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

/** An expected refusal as it crosses a wire. `param` names the field. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly retryable: boolean
    readonly param?: string
    readonly doc_url: string
  }
}

/** The one mapper from a code to an answer. */
export function errorAnswer(
  code: ErrorCode,
  detail?: { param?: string; message?: string },
): { status: number; body: ErrorBody } {
  const { status, retryable, message } = errorTable[code]
  const param = detail?.param === undefined ? {} : { param: detail.param }
  const error = {
    code,
    message: detail?.message ?? message,
    retryable,
    ...param,
    doc_url: `/docs/errors#${code}`,
  }
  return { status, body: { error } }
}

function refusal(message: string, status = 422): ErrorEntry {
  return { status, retryable: false, message }
}
