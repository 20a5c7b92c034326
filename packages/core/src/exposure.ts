import type { Currency, Money } from './money.ts'
import { assert } from './assert.ts'

/**
 * `deferred`: the issuer decides later, the merchant's risk. `card_approved`: the card itself approved, the issuer's
 * risk within its rules. `voice`: a genuine approval code was given by telephone. Never one flag (DESIGN §3.5).
 */
export const offlineKinds = ['deferred', 'card_approved', 'voice'] as const
export type OfflineKind = (typeof offlineKinds)[number]

export interface Tally {
  readonly count: number
  readonly sumMinor: number
}

export type TallyByCurrency = Readonly<Partial<Record<Currency, Tally>>>

/**
 * What a device has accepted and nobody has decided yet, and what open sales have set aside. Lives in the journal's
 * head row, so one compare-and-set guards the records and the limits together.
 * Released by outcome or void, never by upload.
 */
export interface Exposure {
  readonly stored: Readonly<Record<OfflineKind, TallyByCurrency>>
  readonly reserved: TallyByCurrency
  /** Device time of the first acceptance since the last contact, for the acceptance window; null when none. */
  readonly firstStoredMs: number | null
}

export const NO_EXPOSURE: Exposure = {
  stored: { deferred: {}, card_approved: {}, voice: {} },
  reserved: {},
  firstStoredMs: null,
}

export function reserve(exposure: Exposure, money: Money): Exposure {
  return { ...exposure, reserved: add(exposure.reserved, money, 1) }
}

export function releaseReservation(exposure: Exposure, money: Money): Exposure {
  return { ...exposure, reserved: add(exposure.reserved, money, -1) }
}

/** The reservation, if the sale had one, must be released in the same step. */
export function addStored(exposure: Exposure, kind: OfflineKind, money: Money, nowMs: number): Exposure {
  return {
    ...exposure,
    stored: { ...exposure.stored, [kind]: add(exposure.stored[kind], money, 1) },
    firstStoredMs: exposure.firstStoredMs ?? nowMs,
  }
}

export function releaseStored(exposure: Exposure, kind: OfflineKind, money: Money): Exposure {
  return { ...exposure, stored: { ...exposure.stored, [kind]: add(exposure.stored[kind], money, -1) } }
}

/** Everything accepted and undecided, in every kind. */
export function atRisk(exposure: Exposure): TallyByCurrency {
  return offlineKinds.reduce<TallyByCurrency>((sum, kind) => merge(sum, exposure.stored[kind]), {})
}

export function tallyOf(tallies: TallyByCurrency, currency: Currency): Tally {
  return tallies[currency] ?? { count: 0, sumMinor: 0 }
}

function add(tallies: TallyByCurrency, money: Money, direction: 1 | -1): TallyByCurrency {
  const before = tallyOf(tallies, money.currency)
  const after = { count: before.count + direction, sumMinor: before.sumMinor + direction * money.amountMinor }
  assert(after.count >= 0 && after.sumMinor >= 0, 'nothing is released that was not reserved')
  return { ...tallies, [money.currency]: after }
}

function merge(a: TallyByCurrency, b: TallyByCurrency): TallyByCurrency {
  const sum: Partial<Record<Currency, Tally>> = { ...a }
  for (const currency of Object.keys(b) as Currency[]) {
    const [x, y] = [tallyOf(a, currency), tallyOf(b, currency)]
    sum[currency] = { count: x.count + y.count, sumMinor: x.sumMinor + y.sumMinor }
  }
  return sum
}
