import { type AttemptColumns, attemptColumns } from './attempt-columns.ts'
import type { PaymentRow } from './gateway-store.ts'
import { paymentColumns, paymentOf } from './payment-columns.ts'
import { pick, selectOf } from '../database/sql-rows.ts'

/** For a select of `payments p left join attempts a`, ordered by payment and then by attempt number. */
export const JOINED_COLUMNS = `${selectOf(paymentColumns, 'p')}, ${selectOf(attemptColumns, 'a')}`

export type JoinedRow = Readonly<Record<string, unknown>>

/** One row per attempt, or one without an attempt, becomes one payment; the order of the payments stays. */
export function joinedPayments(joined: readonly JoinedRow[]): PaymentRow[] {
  const found = new Map<unknown, { row: JoinedRow; attempts: AttemptColumns[] }>()
  for (const row of joined) {
    const group = found.get(row['p_payment']) ?? { row, attempts: [] }
    found.set(row['p_payment'], group)
    const attempt = pick(attemptColumns, 'a', row, 'number')
    if (attempt !== null) group.attempts.push(attempt)
  }
  return [...found.values()].flatMap(({ row, attempts }) => {
    const columns = pick(paymentColumns, 'p', row, 'payment')
    return columns === null ? [] : [paymentOf(columns, attempts)]
  })
}
