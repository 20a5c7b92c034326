/** DE39 as Stripe's decline codes name it; what has no name of its own is a generic decline. */
export function declineCode(responseCode: string): string {
  return (
    (Object.hasOwn(DECLINE_CODES, responseCode) ? DECLINE_CODES[responseCode] : undefined) ??
    'generic_decline'
  )
}

/** Stripe's error code: two declines have one of their own. */
export function declineErrorCode(responseCode: string): string {
  return responseCode === '54' || responseCode === '33' ? 'expired_card' : 'card_declined'
}

const DECLINE_CODES: Readonly<Record<string, string>> = {
  '01': 'call_issuer',
  '02': 'call_issuer',
  '04': 'pickup_card',
  '05': 'do_not_honor',
  '07': 'pickup_card',
  '12': 'invalid_amount',
  '13': 'invalid_amount',
  '14': 'incorrect_number',
  '1A': 'authentication_required',
  '33': 'expired_card',
  '34': 'fraudulent',
  '36': 'restricted_card',
  '38': 'pin_try_exceeded',
  '41': 'lost_card',
  '43': 'stolen_card',
  '51': 'insufficient_funds',
  '54': 'expired_card',
  '55': 'incorrect_pin',
  '57': 'transaction_not_allowed',
  '58': 'transaction_not_allowed',
  '59': 'fraudulent',
  '61': 'withdrawal_count_limit_exceeded',
  '62': 'restricted_card',
  '63': 'security_violation',
  '65': 'withdrawal_count_limit_exceeded',
  '70': 'offline_pin_required',
  '75': 'pin_try_exceeded',
  '78': 'card_not_supported',
  '91': 'issuer_not_available',
  '96': 'processing_error',
}
