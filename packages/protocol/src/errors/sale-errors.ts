import { type ErrorEntry, refusal } from './error-entry.ts'

/** What whoever stands at a till meets: in a sale, with a reader, and with what is asked of a payment after its sale. */
export const saleErrors = {
  // The sale on the device.
  card_removed: refusal('The card was removed too early. Try again.'),
  card_blocked: refusal('The card is blocked. Ask for another card.'),
  card_unreadable: refusal('The card could not be read. Try again or ask for another card.'),
  card_pin_wrong: refusal('The PIN was wrong. Try again.'),
  card_declined: refusal('The issuer declined the payment. Ask for another card.', 402),
  entry_mode_not_offered: refusal(
    'This way of presenting a card is not offered here. Present the card in another way.',
  ),
  card_brand_not_offered: refusal('Cards of this brand are not taken here. Ask for another card.'),
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
} as const satisfies Record<string, ErrorEntry>
