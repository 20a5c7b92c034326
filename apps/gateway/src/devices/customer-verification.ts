import type { OfflineTerms } from '@holdfast/core'

/**
 * European Economic Area and United Kingdom: strong customer authentication (Directive (EU) 2015/2366, Article 97; the
 * UK's FCA rules). What exempts a tap online, its counters at the issuer, cannot be asked offline.
 */
const AUTHENTICATION_REQUIRED: ReadonlySet<string> = new Set(
  'at be bg cy cz de dk ee es fi fr gb gr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk'.split(' '),
)

/** How the customer of a contactless payment must be verified offline at a place in this country (TM9). */
export function customerVerification(country: string | null): OfflineTerms['cvms'] {
  return country !== null && AUTHENTICATION_REQUIRED.has(country)
    ? { contactless: ['device', 'offline_pin'] }
    : {}
}
