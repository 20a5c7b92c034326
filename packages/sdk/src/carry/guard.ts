import type { Currency } from '@holdfast/core'
import type { JournalState } from '../journal/journal-step.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import { totalOf } from '../journal/follow-ups.ts'
import { LIST_LIMIT_MAX } from '../limits.ts'

/** What would be lost with this device, or is lost to it (SQ11, MP17). */
export interface Pending {
  /** Accepted payments that the gateway does not have, or keeps for review. */
  readonly count: number
  readonly sums: Readonly<Partial<Record<Currency, number>>>
  /** Payments that were taken back here, of which the gateway has not heard. */
  readonly voids: number
  /** Records of other devices that were imported here and are not with the gateway. */
  readonly carried: number
}

/** `force` only with the number that was shown: whoever removes the device has seen what it costs. */
export interface GuardAnswer {
  readonly force?: boolean
  readonly acknowledgedCount?: number
}

export async function pendingOf(store: JournalStore, { head }: JournalState): Promise<Pending> {
  const sums: Partial<Record<Currency, number>> = {}
  let count = 0
  for (let beforeId: string | undefined; ;) {
    const page = { states: ['QUEUED', 'FAILED_TO_UPLOAD'] as const, limit: LIST_LIMIT_MAX }
    const payments = await store.payments(beforeId === undefined ? page : { ...page, beforeId })
    for (const payment of payments) {
      const { amountMinor, currency } = totalOf(payment)
      count += 1
      sums[currency] = (sums[currency] ?? 0) + amountMinor
    }
    if (payments.length < LIST_LIMIT_MAX) break
    beforeId = payments.at(-1)?.paymentId
  }
  // An online approval that the gateway has not heard of as accepted is reversed there.
  if (head.backlog.count > count) count = head.backlog.count
  const copies = await store.copies?.count()
  return { count, sums, voids: head.backlog.voids, carried: copies?.waiting ?? 0 }
}

export function mayRemove(pending: Pending, { force = false, acknowledgedCount }: GuardAnswer): boolean {
  if (pending.count === 0 && pending.voids === 0 && pending.carried === 0) return true
  return force && acknowledgedCount === pending.count
}
