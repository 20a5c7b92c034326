import { assert } from './assert.ts'
import type { CardBrand, EntryMode } from './card.ts'
import type { Currency } from './money.ts'

/** What taking a sale costs the merchant. The first rule that fits counts; where none fits there is no fee. */
export interface FeeSchedule {
  readonly rules: readonly FeeRule[]
  /** For each dispute, minor units by currency; absent means none. */
  readonly disputeMinor: Readonly<Partial<Record<Currency, number>>>
}

export interface FeeRule {
  /** Each may be absent: it fits everything. */
  readonly brands?: readonly CardBrand[]
  readonly entryModes?: readonly EntryMode[]
  readonly locations?: readonly string[]
  /** Hundredths of a per cent: 140 is 1.4 %. */
  readonly basisPoints: number
  /** On top, minor units by currency. */
  readonly fixedMinor: Readonly<Partial<Record<Currency, number>>>
}

export interface FeeFacts {
  readonly brand: CardBrand
  readonly entryMode: EntryMode
  readonly location: string
}

export const NO_FEES: FeeSchedule = { rules: [], disputeMinor: {} }

/**
 * Minor units. The share is rounded to the nearest minor unit, a half upwards; the fixed part is added after that. It may
 * exceed a very small sale: then the merchant's net is negative.
 */
export function captureFeeMinor(
  schedule: FeeSchedule,
  facts: FeeFacts,
  { grossMinor, currency }: { readonly grossMinor: number; readonly currency: Currency },
): number {
  assert(Number.isSafeInteger(grossMinor) && grossMinor >= 0, 'a fee is taken of whole minor units')
  const rule = schedule.rules.find((candidate) => fits(candidate, facts))
  if (rule === undefined) return 0
  return shareMinor(grossMinor, rule.basisPoints) + (rule.fixedMinor[currency] ?? 0)
}

export function disputeFeeMinor(schedule: FeeSchedule, currency: Currency): number {
  return schedule.disputeMinor[currency] ?? 0
}

function fits({ brands, entryModes, locations }: FeeRule, facts: FeeFacts): boolean {
  if (brands !== undefined && !brands.includes(facts.brand)) return false
  if (entryModes !== undefined && !entryModes.includes(facts.entryMode)) return false
  return locations === undefined || locations.includes(facts.location)
}

/** The product passes 2^53 for the largest amounts. */
function shareMinor(grossMinor: number, basisPoints: number): number {
  return Number((BigInt(grossMinor) * BigInt(basisPoints) + 5_000n) / 10_000n)
}
