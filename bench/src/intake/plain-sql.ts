import type { GatewayChange } from '@holdfast/gateway'
import type { Pool } from 'pg'
import {
  arraysOf,
  attemptColumns,
  attemptsToColumns,
  namesOf,
  paymentColumns,
  paymentToColumns,
  recordColumns,
  recordToColumns,
  transaction,
  unnestOf,
} from './gateway-database.ts'

const INSERT_PAYMENTS = `insert into payments (${namesOf(paymentColumns)})
  select ${namesOf(paymentColumns)} from ${unnestOf(paymentColumns, 'v')}
  on conflict (account, payment) do update set word = excluded.word, word_attempt = excluded.word_attempt,
    word_at_ms = excluded.word_at_ms, word_via = excluded.word_via, word_kind = excluded.word_kind,
    status = excluded.status, stored_ms = excluded.stored_ms, due_ms = excluded.due_ms, version = excluded.version`
const INSERT_ATTEMPTS = `insert into attempts (${namesOf(attemptColumns)})
  select ${namesOf(attemptColumns)} from ${unnestOf(attemptColumns, 'v')}`
const INSERT_RECORDS = `insert into records (${namesOf(recordColumns)})
  select ${namesOf(recordColumns)} from ${unnestOf(recordColumns, 'v')}`
const RAISE_PROGRESS = `update devices set stated_seq = greatest(stated_seq, $2), received_seq = greatest(received_seq, $3)
  where device = $1`

/**
 * The rows of one request by plain SQL in one transaction: no signature, no chain, nothing read before, nothing decided.
 * The ceiling of this database for these rows.
 */
export async function writePlainly(pool: Pool, change: GatewayChange): Promise<void> {
  const { payments = [], records = [], progress } = change
  await transaction(pool, async (tx) => {
    if (payments.length > 0) {
      const rows = payments.map((row) => ({ ...paymentToColumns(row), version: row.version + 1 }))
      await tx.query(INSERT_PAYMENTS, arraysOf(paymentColumns, rows))
      const attempts = payments.flatMap(attemptsToColumns)
      if (attempts.length > 0) await tx.query(INSERT_ATTEMPTS, arraysOf(attemptColumns, attempts))
    }
    await tx.query(INSERT_RECORDS, arraysOf(recordColumns, records.map(recordToColumns)))
    if (progress !== undefined) {
      await tx.query(RAISE_PROGRESS, [progress.deviceId, progress.statedSeq, progress.receivedSeq])
    }
  })
}
