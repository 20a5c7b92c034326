import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import { listReview } from '../account/list-review.ts'
import type { Scope } from '../database/scope.ts'
import { type ReviewWordKind, wordsForPayment, wordsForRecords } from '../review/words-for.ts'

/** One thing that waits for a person, and what may be said of it. */
export interface WaitingItem {
  /** A payment, or the device of records that are of none. */
  readonly subject: string
  /** Whose records they are; null for a payment that waits itself. */
  readonly device: string | null
  readonly why: string
  /** Null where nothing but records of it has come in. */
  readonly money: { readonly amountMinor: number; readonly currency: Currency } | null
  readonly openedMs: number | null
  readonly words: readonly ReviewWordKind[]
}

/** Null when nothing of it waits any more. */
export async function findWaitingItem(
  pool: Pool,
  scope: Scope,
  { subject, device }: { readonly subject: string; readonly device: string | null },
): Promise<WaitingItem | null> {
  const { payments, parked } = await listReview(pool, scope)
  const records = parked.find(
    (each) => (each.payment ?? each.device) === subject && (device === null || each.device === device),
  )
  if (records !== undefined) {
    const words = wordsForRecords(records.code)
    return { subject, device: records.device, why: records.code, money: null, openedMs: null, words }
  }
  const payment = payments.find((each) => each.payment === subject)
  if (payment === undefined) return null
  const { amountMinor, currency, openedMs, why } = payment
  return {
    subject,
    device: null,
    why,
    money: { amountMinor, currency },
    openedMs,
    words: wordsForPayment(why),
  }
}
