import type { Currency } from '@holdfast/core'
import type { DayReport, DayTotals } from '@holdfast/protocol/account'
import { type DayFact, netMinorOf } from './day-fact.ts'

type DaySums = Pick<DayReport, 'totals' | 'pending' | 'adjustments' | 'adjusted'> & {
  readonly devices: readonly { readonly device: string; readonly totals: DayTotals[] }[]
}

/** The same for what is known now (X) and for what a close has frozen (Z). Currencies and devices in the order of their names. */
export function sumDay(facts: readonly DayFact[]): DaySums {
  const ofPeriod = facts.filter(({ isOfPeriod }) => isOfPeriod)
  const changed = facts.filter(({ isOfPeriod }) => !isOfPeriod)
  return {
    totals: totalsOf(ofPeriod),
    devices: grouped(ofPeriod, ({ device }) => device).map(([device, own]) => ({
      device,
      totals: totalsOf(own),
    })),
    pending: ofPeriod
      .filter(({ kind, state }) => kind === 'sale' && state === 'pending')
      .map(({ subject, device, currency, amountMinor }) => ({
        payment: subject,
        device,
        currency,
        amountMinor,
      })),
    adjustments: changed.map(({ kind, subject, device, currency, was, state, amountMinor }) => ({
      kind,
      id: subject,
      device,
      currency,
      was,
      now: { state, amountMinor },
    })),
    adjusted: grouped(changed, ({ currency }) => currency).map(([currency, own]) => ({
      currency,
      netMinor: own.reduce((sum, fact) => sum + changeMinorOf(fact), 0),
    })),
  }
}

function totalsOf(facts: readonly DayFact[]): DayTotals[] {
  return grouped(facts, ({ currency }) => currency).map(([currency, own]) => totalOf(currency, own))
}

function totalOf(currency: Currency, facts: readonly DayFact[]): DayTotals {
  const side = (wanted: DayFact['kind'], inState: DayFact['state']) => {
    const own = facts.filter(({ kind, state }) => kind === wanted && state === inState)
    return { count: own.length, amountMinor: sumOf(own, ({ amountMinor }) => amountMinor) }
  }
  const paid = facts.filter(({ kind, state }) => kind === 'sale' && state === 'paid')
  return {
    currency,
    sales: side('sale', 'paid'),
    tipsMinor: sumOf(paid, ({ tipMinor }) => tipMinor),
    refunds: side('refund', 'paid'),
    netMinor: sumOf(facts, (fact) => netMinorOf(fact.kind, fact)),
    held: side('sale', 'held'),
    pending: side('sale', 'pending'),
    refundsPending: side('refund', 'pending'),
    declined: side('sale', 'declined'),
  }
}

function changeMinorOf(fact: DayFact): number {
  const before = fact.was === null ? 0 : netMinorOf(fact.kind, fact.was)
  return netMinorOf(fact.kind, fact) - before
}

function sumOf(facts: readonly DayFact[], minorOf: (fact: DayFact) => number): number {
  return facts.reduce((sum, fact) => sum + minorOf(fact), 0)
}

function grouped<Key extends string>(
  facts: readonly DayFact[],
  keyOf: (fact: DayFact) => Key,
): [Key, DayFact[]][] {
  return [...Map.groupBy(facts, keyOf)].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
