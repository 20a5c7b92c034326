import type { CardBrand, CardholderVerification, EntryMode } from './card.ts'
import type { OfflineKind } from './exposure.ts'
import type { Currency } from './money.ts'
import type { ClockTrust } from './trusted-time.ts'

/** Minor units by currency. */
export type AmountLimits = Readonly<Partial<Record<Currency, number>>>

/** The part of a lease that decides what may be accepted without the issuer. */
export interface OfflineTerms {
  readonly allowed: boolean
  /** Who took the risk of offline payments on, when, and by which text (SQ7); null when nobody has. */
  readonly liability: Liability | null
  readonly expiresAtMs: number
  /** A device that knows the time less well than this accepts nothing. */
  readonly clockTrustMin: ClockTrust
  readonly location: string
  readonly readers: readonly ListedReader[]
  /** A kind that is absent is not allowed. */
  readonly kinds: Readonly<Partial<Record<OfflineKind, KindTerms>>>
  /** This device's share of its location's cap, over all kinds together. */
  readonly deviceTotals: DeviceTotals
  readonly brandsRefused: readonly CardBrand[]
  /** Beginnings of application identifiers, upper-case hexadecimal. */
  readonly aidsRefused: readonly string[]
  readonly entryModes: readonly EntryMode[]
  /** By region: how the customer must have been verified for this way of reading; absent means in any way or none. */
  readonly cvms: Readonly<Partial<Record<EntryMode, readonly CardholderVerification[]>>>
  /** How much one card may leave undecided; null for no such limit. */
  readonly perCard: PerCardTerms | null
  /** Fingerprints of cards that are not taken offline. */
  readonly denied: readonly string[]
  /** Above this a supervisor must approve; an absent currency never needs one. */
  readonly approvalAboveMinor: AmountLimits
  /** Above this the customer's contact must be known (SQ8); an absent currency never needs one. */
  readonly contactAboveMinor: AmountLimits
}

export interface Liability {
  readonly acceptedBy: string
  readonly acceptedMs: number
  readonly textVersion: string
}

export interface ListedReader {
  readonly reader: string
  readonly location: string
  readonly offlineCapable: boolean
  readonly lastOnlineMs: number
}

export interface KindTerms {
  /** A currency that is absent is not allowed. */
  readonly perPaymentMinor: AmountLimits
  readonly storedTotalMinor: AmountLimits
  readonly storedCount: number
  /** How long after its anchor a device goes on accepting. */
  readonly acceptanceWindowMs: number
  readonly acceptanceAnchor: WindowAnchor
  /** How long after its anchor a stored payment may still be presented to the issuer (SQ6). */
  readonly uploadWindowMs: number
  readonly uploadAnchor: WindowAnchor
  /** What becomes of a payment that comes later: it is uploaded all the same, or closed as expired. */
  readonly lateUpload: 'present' | 'expire'
}

/** `first_payment`: the first one stored since the last contact. */
export type WindowAnchor = 'last_contact' | 'first_payment'

export interface DeviceTotals {
  /** A currency that is absent is not allowed. */
  readonly storedTotalMinor: AmountLimits
  readonly storedCount: number
}

export interface PerCardTerms {
  readonly windowMs: number
  readonly count: number
  /** A currency that is absent has no limit of its own. */
  readonly sumMinor: AmountLimits
}

/** What the device itself has lowered (SQ4); it can only take away. */
export interface LocalOfflineLimits {
  readonly allowed: boolean
  /** An absent currency stays as the lease has it. */
  readonly perPaymentMinor: AmountLimits
}

export const NO_LOCAL_LIMITS: LocalOfflineLimits = { allowed: true, perPaymentMinor: {} }

/** The terms in force: the lease's, lowered by what was set on the device. */
export function lowerTerms<Terms extends OfflineTerms>(terms: Terms, local: LocalOfflineLimits): Terms {
  const kinds = Object.fromEntries(
    Object.entries(terms.kinds).map(([kind, rules]) => [
      kind,
      { ...rules, perPaymentMinor: lowest(rules.perPaymentMinor, local.perPaymentMinor) },
    ]),
  )
  return { ...terms, allowed: terms.allowed && local.allowed, kinds }
}

/** True when `next` takes nothing back that `now` has lowered. */
export function isLower(next: LocalOfflineLimits, now: LocalOfflineLimits): boolean {
  if (next.allowed && !now.allowed) return false
  return Object.entries(now.perPaymentMinor).every(
    ([currency, limitMinor]) => (next.perPaymentMinor[currency as Currency] ?? Infinity) <= limitMinor,
  )
}

function lowest(limits: AmountLimits, others: AmountLimits): AmountLimits {
  return Object.fromEntries(
    Object.entries(limits).map(([currency, limitMinor]) => [
      currency,
      Math.min(limitMinor, others[currency as Currency] ?? Infinity),
    ]),
  )
}
