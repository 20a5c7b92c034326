import { type ErrorEntry, refusal } from './error-entry.ts'

/** Offline policy, decided on the device. */
export const offlinePolicyErrors = {
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
} as const satisfies Record<string, ErrorEntry>
