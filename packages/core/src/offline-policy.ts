import type { CardFacts, CryptogramType } from './card.ts'
import { type Exposure, type OfflineKind, offlineKinds, tallyOf } from './exposure.ts'
import { isCardExpired } from './card-expiry.ts'
import type { Currency, Money } from './money.ts'
import { OFFLINE_AMOUNT_MAX_MINOR } from './offline-amount-max.ts'
import type { OfflineTerms, PerCardTerms } from './offline-terms.ts'
import { acceptanceEndsMs, type OfflineClock } from './offline-windows.ts'
import { readerMayGoOffline, type ReaderRefusal } from './reader-may-go-offline.ts'

/** Why a sale may not be accepted offline, in order of precedence. Each is a code of the error table. */
export type OfflineRefusal =
  // The card's own word.
  | 'offline_card_declined'
  // Known before the card is read.
  | 'offline_lease_missing'
  | 'offline_liability_not_accepted'
  | 'offline_not_allowed'
  | 'offline_lease_expired'
  | 'offline_clock_untrusted'
  | ReaderRefusal
  | 'offline_kind_not_allowed'
  | 'offline_currency_not_allowed'
  | 'offline_amount_above_limit'
  | 'offline_acceptance_window_over'
  | 'offline_stored_total_above_limit'
  | 'offline_stored_count_above_limit'
  | 'offline_device_total_above_limit'
  | 'offline_device_count_above_limit'
  // About the card.
  | 'offline_card_brand_not_allowed'
  | 'offline_card_application_not_allowed'
  | 'offline_entry_mode_not_allowed'
  | 'offline_card_expired'
  | 'offline_online_pin_not_supported'
  | 'offline_customer_authentication_required'
  | 'offline_card_denied'
  | 'offline_card_count_above_limit'
  | 'offline_card_total_above_limit'
  // What a person can still add.
  | OfflineNeed

/** What the till can ask for and confirm the same card again. */
export type OfflineNeed = 'offline_approval_required' | 'offline_contact_required'

export interface SaleTerms {
  readonly money: Money
  /** True when `exposure.reserved` already contains this sale. */
  readonly reserved: boolean
  readonly location: string
  readonly reader: string
  /** What the reader says of itself; the lease has its own word. */
  readonly readerCapable: boolean
}

/** What people have added to the sale by the time that it is confirmed. */
export interface Consent {
  /** A supervisor has approved. */
  readonly approved: boolean
  /** The customer's contact is with the sale. */
  readonly contact: boolean
  /** The issuer has approved it by telephone, and its code is with the sale. */
  readonly voice: boolean
}

/** `final` is the second GENERATE AC, null where there was none (contactless, or a TC at the first). */
export interface CardAnswer {
  readonly first: CryptogramType
  readonly final: CryptogramType | null
  readonly facts: CardFacts
  /** What this device has stored with this card and what no issuer has approved and nobody has voided since. */
  readonly uses: readonly CardUse[]
}

export interface CardUse {
  readonly money: Money
  readonly atMs: number
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
  if (terms.liability === null) return 'offline_liability_not_accepted'
  if (!terms.allowed) return 'offline_not_allowed'
  if (clock.nowMs >= terms.expiresAtMs) return 'offline_lease_expired'
  if (TRUST_RANK[clock.trust] < TRUST_RANK[terms.clockTrustMin]) return 'offline_clock_untrusted'
  if (!sale.readerCapable) return 'reader_offline_not_capable'
  const reader = readerMayGoOffline(terms, sale.reader, sale.location, clock.nowMs)
  if (reader !== null) return reader
  const rules = terms.kinds[kind]
  if (rules === undefined) return 'offline_kind_not_allowed'
  const { amountMinor, currency } = sale.money
  const perPaymentMinor = rules.perPaymentMinor[currency]
  const storedTotalMinor = rules.storedTotalMinor[currency]
  const deviceTotalMinor = terms.deviceTotals.storedTotalMinor[currency]
  if (perPaymentMinor === undefined || storedTotalMinor === undefined || deviceTotalMinor === undefined)
    return 'offline_currency_not_allowed'
  if (amountMinor > OFFLINE_AMOUNT_MAX_MINOR[currency]) return 'offline_amount_above_limit'
  if (amountMinor > perPaymentMinor) return 'offline_amount_above_limit'
  const endsMs = acceptanceEndsMs(rules, exposure, clock)
  if (endsMs !== null && clock.nowMs >= endsMs) return 'offline_acceptance_window_over'
  const open = othersReserved(exposure, sale)
  const ofKind = storedOf(exposure, [kind], currency)
  if (ofKind.sumMinor + open.sumMinor + amountMinor > storedTotalMinor)
    return 'offline_stored_total_above_limit'
  if (ofKind.count + open.count + 1 > rules.storedCount) return 'offline_stored_count_above_limit'
  const ofDevice = storedOf(exposure, offlineKinds, currency)
  if (ofDevice.sumMinor + open.sumMinor + amountMinor > deviceTotalMinor)
    return 'offline_device_total_above_limit'
  if (ofDevice.count + open.count + 1 > terms.deviceTotals.storedCount)
    return 'offline_device_count_above_limit'
  return null
}

/** After the first GENERATE AC: may this sale, with this card, be accepted now without the issuer? Same precedence. */
export function decideOffline(
  terms: OfflineTerms | null,
  exposure: Exposure,
  sale: SaleTerms & Consent,
  card: CardAnswer,
  clock: OfflineClock,
): OfflineDecision {
  // An AAC at the first GENERATE AC is the card's own refusal; nobody may defer it (DESIGN §3.5).
  if (card.first === 'AAC') return refuse('offline_card_declined')
  const kind = kindOf(terms, sale, card)
  const refusal = admitOffline(terms, kind, exposure, sale, clock)
  if (refusal !== null) return refuse(refusal)
  if (terms === null) return refuse('offline_lease_missing')
  const { facts } = card
  if (isInterac(facts) || terms.brandsRefused.includes(facts.brand))
    return refuse('offline_card_brand_not_allowed')
  if (terms.aidsRefused.some((prefix) => facts.aid.startsWith(prefix)))
    return refuse('offline_card_application_not_allowed')
  if (!terms.entryModes.includes(facts.entryMode)) return refuse('offline_entry_mode_not_allowed')
  if (isCardExpired(facts, clock.nowMs)) return refuse('offline_card_expired')
  // A PIN that only the issuer can check cannot be kept (DESIGN §7).
  if (facts.cvm === 'online_pin') return refuse('offline_online_pin_not_supported')
  const cvms = terms.cvms[facts.entryMode]
  if (cvms !== undefined && !cvms.includes(facts.cvm))
    return refuse('offline_customer_authentication_required')
  if (terms.denied.includes(facts.fingerprint)) return refuse('offline_card_denied')
  const overused = terms.perCard === null ? null : checkUses(terms.perCard, card.uses, sale.money, clock)
  if (overused !== null) return refuse(overused)
  const need = offlineNeeds(terms, sale.money).find(
    (code) => !(code === 'offline_approval_required' ? sale.approved : sale.contact),
  )
  return need === undefined ? { accept: true, kind } : refuse(need)
}

/** What must be added to a sale of this amount before it may be stored; the till can ask before the card is read. */
export function offlineNeeds(
  terms: Pick<OfflineTerms, 'approvalAboveMinor' | 'contactAboveMinor'>,
  { amountMinor, currency }: Money,
): OfflineNeed[] {
  const needs: OfflineNeed[] = []
  if (amountMinor > (terms.approvalAboveMinor[currency] ?? Infinity)) needs.push('offline_approval_required')
  if (amountMinor > (terms.contactAboveMinor[currency] ?? Infinity)) needs.push('offline_contact_required')
  return needs
}

const TRUST_RANK = { untrusted: 0, held: 1, trusted: 2 } as const

/** The registered application provider of Interac; its debit exists online only, whatever a lease says (SQ9). */
const INTERAC_RID = 'A000000277'

function isInterac({ brand, aid }: CardFacts): boolean {
  return brand === 'interac' || aid.startsWith(INTERAC_RID)
}

/** One card many times: how often and for how much within the window, this sale included. */
function checkUses(
  perCard: PerCardTerms,
  uses: readonly CardUse[],
  { amountMinor, currency }: Money,
  { nowMs }: OfflineClock,
): OfflineRefusal | null {
  const within = uses.filter(({ atMs }) => nowMs - atMs < perCard.windowMs)
  if (within.length + 1 > perCard.count) return 'offline_card_count_above_limit'
  const sumMinor = within.reduce(
    (sum, { money }) => sum + (money.currency === currency ? money.amountMinor : 0),
    amountMinor,
  )
  return sumMinor > (perCard.sumMinor[currency] ?? Infinity) ? 'offline_card_total_above_limit' : null
}

/**
 * What the issuer said by telephone is more than what the card says by itself, and never stands in for another kind. A
 * card closed with Z3/AAC whose first ARQC is kept is the normal deferred sale. A TC of a card that asked for the issuer
 * first (Y3) is `card_approved` where the lease has that kind; its ARQC is still there to be deferred if not.
 */
function kindOf(terms: OfflineTerms | null, { voice }: Consent, card: CardAnswer): OfflineKind {
  if (voice) return 'voice'
  if (card.first === 'TC') return 'card_approved'
  return card.final === 'TC' && terms?.kinds.card_approved !== undefined ? 'card_approved' : 'deferred'
}

function refuse(refusal: OfflineRefusal): OfflineDecision {
  return { accept: false, refusal }
}

/** What other open sales hold; which kind they will be of is not known yet, so they count for each. */
function othersReserved(exposure: Exposure, { money, reserved }: SaleTerms) {
  const tally = tallyOf(exposure.reserved, money.currency)
  const count = Object.values(exposure.reserved).reduce((sum, { count }) => sum + count, 0)
  if (!reserved) return { count, sumMinor: tally.sumMinor }
  return { count: count - 1, sumMinor: tally.sumMinor - money.amountMinor }
}

/** The sum is of the currency, the count of all currencies. */
function storedOf(exposure: Exposure, kinds: readonly OfflineKind[], currency: Currency) {
  let [count, sumMinor] = [0, 0]
  for (const kind of kinds) {
    for (const tally of Object.values(exposure.stored[kind])) count += tally.count
    sumMinor += tallyOf(exposure.stored[kind], currency).sumMinor
  }
  return { count, sumMinor }
}
