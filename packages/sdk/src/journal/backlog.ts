import type { Money } from '@holdfast/core'
import type { RecordHeader } from '@holdfast/protocol'
import type { Backlog } from './journal-store.ts'

export const NO_BACKLOG: Backlog = { count: 0, sums: {}, voids: 0 }

/** A record was written. */
export function addToBacklog(backlog: Backlog, header: RecordHeader): Backlog {
  if (header.kind === 'payment.voided') return { ...backlog, voids: backlog.voids + 1 }
  if (header.kind !== 'payment.accepted') return backlog
  const sumMinor = (backlog.sums[header.currency] ?? 0) + header.amountMinor
  return { ...backlog, count: backlog.count + 1, sums: { ...backlog.sums, [header.currency]: sumMinor } }
}

/**
 * A record that had no verdict has one now; `money` is that of its payment. What the record itself says may have been
 * damaged since it was sent, and a sum below zero would have every later batch refused.
 */
export function takeFromBacklog(backlog: Backlog, header: RecordHeader, money: Money | undefined): Backlog {
  if (header.kind === 'payment.voided') return { ...backlog, voids: Math.max(0, backlog.voids - 1) }
  return header.kind === 'payment.accepted' ? takeMoney(backlog, money ?? header) : backlog
}

/** An acceptance does not wait any more. */
export function takeMoney(backlog: Backlog, { amountMinor, currency }: Money): Backlog {
  const sumMinor = (backlog.sums[currency] ?? 0) - amountMinor
  return {
    ...backlog,
    count: Math.max(0, backlog.count - 1),
    sums: { ...backlog.sums, [currency]: Math.max(0, sumMinor) },
  }
}

/** Every record has its verdict, so nothing waits, whatever the damaged ones among them said. */
export function emptied({ sums }: Backlog): Backlog {
  return { count: 0, sums: Object.fromEntries(Object.keys(sums).map((currency) => [currency, 0])), voids: 0 }
}
