import type { CardBrand, CardFacts, CryptogramType, EntryMode } from './card.ts'
import { type Exposure, type OfflineKind, tallyOf } from './exposure.ts'
import type { Currency, Money } from './money.ts'

/** The part of a lease that decides what may be accepted without the issuer. */
export interface OfflineTerms {
  readonly allowed: boolean
  readonly expiresAtMs: number
  /** A kind that is absent is not allowed. */
  readonly kinds: Readonly<Partial<Record<OfflineKind, KindTerms>>>
  readonly brandsRefused: readonly CardBrand[]
  readonly entryModes: readonly EntryMode[]
}

export interface KindTerms {
  /** A currency that is absent is not allowed. */
  readonly perPaymentMinor: Readonly<Partial<Record<Currency, number>>>
  readonly storedTotalMinor: Readonly<Partial<Record<Currency, number>>>
  readonly storedCount: number
  /** How long after its anchor a device goes on accepting. */
  readonly acceptanceWindowMs: number
  readonly acceptanceAnchor: 'last_contact' | 'first_payment'
  /** How long after its acceptance a payment may still be presented to the issuer. */
  readonly uploadWindowMs: number
}

/** Why a sale may not be accepted offline. Each is a code of the error table. */
export type OfflineRefusal =
  | 'offline_not_allowed'
  | 'offline_lease_missing'
  | 'offline_lease_expired'
  | 'offline_kind_not_allowed'
  | 'offline_currency_not_allowed'
  | 'offline_amount_above_limit'
  | 'offline_stored_total_above_limit'
  | 'offline_stored_count_above_limit'
  | 'offline_acceptance_window_over'
  | 'offline_card_brand_not_allowed'
  | 'offline_entry_mode_not_allowed'
  | 'offline_card_expired'
  | 'offline_card_declined'
  | 'offline_online_pin_not_supported'

export interface SaleTerms {
  readonly money: Money
  /** True when `exposure.reserved` already contains this sale. */
  readonly reserved: boolean
}

/** Device time as the lease counts it, and the last time the gateway was heard. */
export interface OfflineClock {
  readonly nowMs: number
  readonly lastContactMs: number | null
}

/** `final` is the second GENERATE AC, null where there was none (contactless, or a TC at the first). */
export interface CardAnswer {
  readonly first: CryptogramType
  readonly final: CryptogramType | null
  readonly facts: CardFacts
}

export type OfflineDecision =
  | { readonly accept: true; readonly kind: OfflineKind }
  | { readonly accept: false; readonly refusal: OfflineRefusal }

/**
 * Before the card is read: everything that can be refused without it. The limits count what open sales have reserved.
 * Order is precedence: the first rule that fails names the refusal.
 */
export function admitOffline(
  terms: OfflineTerms | null,
  kind: OfflineKind,
  exposure: Exposure,
  sale: SaleTerms,
  clock: OfflineClock,
): OfflineRefusal | null {
  if (terms === null) return 'offline_lease_missing'
  if (!terms.allowed) return 'offline_not_allowed'
  if (clock.nowMs >= terms.expiresAtMs) return 'offline_lease_expired'
  const rules = terms.kinds[kind]
  if (rules === undefined) return 'offline_kind_not_allowed'
  const { amountMinor, currency } = sale.money
  const perPaymentMinor = rules.perPaymentMinor[currency]
  const storedTotalMinor = rules.storedTotalMinor[currency]
  if (perPaymentMinor === undefined || storedTotalMinor === undefined) return 'offline_currency_not_allowed'
  if (amountMinor > perPaymentMinor) return 'offline_amount_above_limit'
  const anchorMs = rules.acceptanceAnchor === 'last_contact' ? clock.lastContactMs : exposure.firstStoredMs
  if (anchorMs !== null && clock.nowMs >= anchorMs + rules.acceptanceWindowMs)
    return 'offline_acceptance_window_over'
  const stored = tallyOf(exposure.stored[kind], currency)
  const reserved = tallyOf(exposure.reserved, currency)
  const others = {
    count: reserved.count - (sale.reserved ? 1 : 0),
    sumMinor: reserved.sumMinor - (sale.reserved ? amountMinor : 0),
  }
  if (stored.sumMinor + others.sumMinor + amountMinor > storedTotalMinor)
    return 'offline_stored_total_above_limit'
  if (storedCountOf(exposure, kind) + others.count + 1 > rules.storedCount)
    return 'offline_stored_count_above_limit'
  return null
}

/** After the first GENERATE AC: may this sale, with this card, be accepted now without the issuer? */
export function decideOffline(
  terms: OfflineTerms | null,
  exposure: Exposure,
  sale: SaleTerms,
  card: CardAnswer,
  clock: OfflineClock,
): OfflineDecision {
  // An AAC at the first GENERATE AC is the card's own refusal; nobody may defer it (DESIGN §3.5).
  if (card.first === 'AAC') return refuse('offline_card_declined')
  const kind = kindOf(terms, card)
  const refusal = admitOffline(terms, kind, exposure, sale, clock)
  if (refusal !== null) return refuse(refusal)
  if (terms === null) return refuse('offline_lease_missing')
  if (terms.brandsRefused.includes(card.facts.brand)) return refuse('offline_card_brand_not_allowed')
  if (!terms.entryModes.includes(card.facts.entryMode)) return refuse('offline_entry_mode_not_allowed')
  if (isExpired(card.facts, clock.nowMs)) return refuse('offline_card_expired')
  // A PIN that only the issuer can check cannot be kept (DESIGN §7).
  if (card.facts.cvm === 'online_pin') return refuse('offline_online_pin_not_supported')
  return { accept: true, kind }
}

/**
 * A card closed with Z3/AAC whose first ARQC is kept is the normal deferred sale. A TC of a card that asked for the
 * issuer first (Y3) is `card_approved` where the lease has that kind; its ARQC is still there to be deferred if not.
 */
function kindOf(terms: OfflineTerms | null, card: CardAnswer): OfflineKind {
  if (card.first === 'TC') return 'card_approved'
  return card.final === 'TC' && terms?.kinds.card_approved !== undefined ? 'card_approved' : 'deferred'
}

function refuse(refusal: OfflineRefusal): OfflineDecision {
  return { accept: false, refusal }
}

function storedCountOf(exposure: Exposure, kind: OfflineKind): number {
  return Object.values(exposure.stored[kind]).reduce((count, tally) => count + tally.count, 0)
}

/** A card is good to the end of its month, anywhere on earth. */
function isExpired(facts: CardFacts, nowMs: number): boolean {
  const months = facts.expYear * 12 + facts.expMonth
  return nowMs >= utcMonthStartMs(months) + 12 * 3_600_000
}

/** The first millisecond of the month after `months` (year × 12 + month, 1-based), in UTC; days by civil count. */
function utcMonthStartMs(months: number): number {
  const year = Math.floor(months / 12)
  const month = (months % 12) + 1
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5)
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * 86_400_000
}
