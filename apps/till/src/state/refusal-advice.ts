import { isTillCode, type TillCode } from '../messages/till-codes.ts'

/** What the cashier does next. Each has a text `advice.*`; `retry` says whether the open sale can go on. */
export interface RefusalAdvice {
  readonly advice:
    | 'other_card'
    | 'try_again'
    | 'cash'
    | 'connect'
    | 'admin'
    | 'restart'
    | 'new_sale'
    | 'support'
  readonly retry: 'other_card' | 'same_again' | null
}

const OTHER_CARD: RefusalAdvice = { advice: 'other_card', retry: 'other_card' }
const TRY_AGAIN: RefusalAdvice = { advice: 'try_again', retry: 'same_again' }
const CASH: RefusalAdvice = { advice: 'cash', retry: 'same_again' }
const CONNECT: RefusalAdvice = { advice: 'connect', retry: 'same_again' }
const ADMIN: RefusalAdvice = { advice: 'admin', retry: null }
const RESTART: RefusalAdvice = { advice: 'restart', retry: null }
const NEW_SALE: RefusalAdvice = { advice: 'new_sale', retry: null }
const SUPPORT: RefusalAdvice = { advice: 'support', retry: null }

const ADVICE: Readonly<Record<TillCode, RefusalAdvice>> = {
  offline_not_allowed: CASH,
  offline_lease_missing: CONNECT,
  offline_liability_not_accepted: ADMIN,
  offline_lease_expired: CONNECT,
  offline_clock_untrusted: CONNECT,
  reader_offline_not_capable: CASH,
  reader_new_offline: CONNECT,
  reader_not_in_lease: CONNECT,
  reader_location_not_seen_online: CONNECT,
  reader_type_not_seen_online: CONNECT,
  offline_kind_not_allowed: OTHER_CARD,
  offline_currency_not_allowed: CASH,
  offline_amount_above_limit: CASH,
  offline_stored_total_above_limit: CONNECT,
  offline_stored_count_above_limit: CONNECT,
  offline_device_total_above_limit: CONNECT,
  offline_device_count_above_limit: CONNECT,
  offline_acceptance_window_over: CONNECT,
  offline_card_brand_not_allowed: OTHER_CARD,
  offline_card_application_not_allowed: OTHER_CARD,
  offline_entry_mode_not_allowed: OTHER_CARD,
  offline_card_expired: OTHER_CARD,
  offline_card_declined: OTHER_CARD,
  offline_online_pin_not_supported: OTHER_CARD,
  offline_customer_authentication_required: OTHER_CARD,
  offline_card_denied: OTHER_CARD,
  offline_card_count_above_limit: OTHER_CARD,
  offline_card_total_above_limit: OTHER_CARD,
  offline_approval_required: CASH,
  offline_contact_required: CASH,
  offline_required_online: CASH,
  offline_limit_not_lower: CONNECT,
  card_removed: TRY_AGAIN,
  card_blocked: OTHER_CARD,
  card_unreadable: TRY_AGAIN,
  card_pin_wrong: TRY_AGAIN,
  card_declined: OTHER_CARD,
  entry_mode_not_offered: OTHER_CARD,
  card_brand_not_offered: OTHER_CARD,
  reader_busy: TRY_AGAIN,
  reader_not_connected: TRY_AGAIN,
  reader_not_found: TRY_AGAIN,
  reader_connect_failed: TRY_AGAIN,
  reader_software_outdated: CONNECT,
  sale_not_open: NEW_SALE,
  sale_in_progress: TRY_AGAIN,
  order_not_open: NEW_SALE,
  tip_not_adjustable: NEW_SALE,
  amount_invalid: NEW_SALE,
  currency_invalid: NEW_SALE,
  not_enrolled: ADMIN,
  journal_busy: TRY_AGAIN,
  journal_failed: RESTART,
  journal_full: CONNECT,
  journal_poisoned: RESTART,
  journal_damaged: SUPPORT,
  journal_forked: SUPPORT,
  device_deauthorised: ADMIN,
  payments_pending: CONNECT,
  storage_unavailable: SUPPORT,
  storage_lost: SUPPORT,
  storage_not_persistent: SUPPORT,
  record_corrupt: SUPPORT,
  record_missing: SUPPORT,
  record_malformed: SUPPORT,
  record_version_unknown: SUPPORT,
  record_signature_invalid: SUPPORT,
  record_account_foreign: SUPPORT,
  record_sealed_mismatch: SUPPORT,
  record_fork: SUPPORT,
  duplicate_suspected: SUPPORT,
  review_rejected: NEW_SALE,
  deferred_too_old: NEW_SALE,
  never_decided: NEW_SALE,
  payment_terms_mismatch: SUPPORT,
  payment_voided: SUPPORT,
  attempt_superseded: NEW_SALE,
  attempt_already_settled: NEW_SALE,
  request_malformed: SUPPORT,
  request_too_large: SUPPORT,
  device_unknown: ADMIN,
  device_signature_invalid: ADMIN,
  enrolment_code_invalid: ADMIN,
  rate_limited: TRY_AGAIN,
  service_unavailable: CASH,
  internal_error: TRY_AGAIN,
}

export function adviceFor(code: string): RefusalAdvice {
  if (code === 'till_fault') return RESTART
  return isTillCode(code) ? ADVICE[code] : TRY_AGAIN
}
