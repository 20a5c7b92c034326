import type { MessageKey } from './index.ts'

const KEYS: Readonly<Record<string, MessageKey>> = {
  '05': 'decline.do_not_honour',
  '14': 'decline.invalid_card',
  '1A': 'decline.verify',
  '33': 'decline.expired',
  '51': 'decline.insufficient_funds',
  '54': 'decline.expired',
  '55': 'decline.pin',
  '57': 'decline.not_permitted',
  '58': 'decline.not_permitted',
  '61': 'decline.limit',
  '62': 'decline.not_permitted',
  '65': 'decline.limit',
  '75': 'decline.pin_tries',
  '91': 'decline.unavailable',
  // Lost, stolen, suspected: the customer may read this screen, so it says no more than that the bank refuses.
  '04': 'decline.restricted',
  '07': 'decline.restricted',
  '34': 'decline.restricted',
  '36': 'decline.restricted',
  '38': 'decline.restricted',
  '41': 'decline.restricted',
  '43': 'decline.restricted',
}

/** What an issuer's answer (ISO 8583 field 39) means for the people at the counter. */
export function declineMessage(responseCode: string): MessageKey {
  return KEYS[responseCode] ?? 'decline.other'
}
