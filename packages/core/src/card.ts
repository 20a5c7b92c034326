/** What may be known of a card outside the reader: masked, and enough for a receipt and for the offline policy. */
export interface CardFacts {
  readonly brand: CardBrand
  readonly last4: string
  /** The first six digits, or eight where the number has sixteen or more (PCI DSS 3.4.1). */
  readonly bin: string
  readonly expMonth: number
  readonly expYear: number
  readonly entryMode: EntryMode
  readonly cvm: CardholderVerification
  /** Application identifier chosen on the card (tag 84), hexadecimal; empty for magnetic stripe. */
  readonly aid: string
  readonly applicationLabel: string
  /** Keyed, so that it names the card within one account and nothing outside it. */
  readonly fingerprint: string
}

export const cardBrands = [
  'visa',
  'mastercard',
  'amex',
  'discover',
  'jcb',
  'unionpay',
  'cartes_bancaires',
  'interac',
  'unknown',
] as const
export type CardBrand = (typeof cardBrands)[number]

export const entryModes = ['contact', 'contactless', 'magnetic_stripe', 'keyed'] as const
export type EntryMode = (typeof entryModes)[number]

export const cardholderVerifications = ['none', 'offline_pin', 'online_pin', 'signature', 'device'] as const
export type CardholderVerification = (typeof cardholderVerifications)[number]

/**
 * The card's answer to GENERATE AC (EMV Book 3 §6.5.5): TC approves offline, ARQC asks the issuer, AAC refuses.
 * A fact about the card, not a decision about the sale: that is `decideOffline`'s.
 */
export const cryptogramTypes = ['TC', 'ARQC', 'AAC'] as const
export type CryptogramType = (typeof cryptogramTypes)[number]
