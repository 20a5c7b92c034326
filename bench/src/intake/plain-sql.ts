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
  sendTogether,
  transaction,
  unnestOf,
} from './gateway-database.ts'

// Prepared and sent at once, as intake's are: a ceiling that is not lowered.
const INSERT_PAYMENTS = `insert into payments (${namesOf(paymentColumns)})
  select ${namesOf(paymentColumns)} from ${unnestOf(paymentColumns, 'v')}
  on conflict (account, payment) do update set word = excluded.word, word_attempt = excluded.word_attempt,
    word_at_ms = excluded.word_at_ms, word_via = excluded.word_via, word_kind = excluded.word_kind,
    status = excluded.status, stored_ms = excluded.stored_ms, due_ms = excluded.due_ms, version = excluded.version`
const INSERT_ATTEMPTS = `insert into attempts (${namesOf(attemptColumns)})
  select ${namesOf(attemptColumns)} from ${unnestOf(attemptColumns, 'v')}`
const INSERT_RECORDS = `insert into records (${namesOf(recordColumns)})
  select ${namesOf(recordColumns)} from ${unnestOf(recordColumns, 'v')}`
const INSERT_EVENTS = `insert into events (account, event, mode, type, object, object_id, created_ms)
  select account, event, mode, type, 'payment_intent', payment, created_ms
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    as v(account, event, mode, type, payment, created_ms)`
const RAISE_PROGRESS = `update devices set stated_seq = greatest(stated_seq, $2), received_seq = greatest(received_seq, $3)
  where device = $1`

/**
 * The rows of one request by plain SQL in one transaction: no signature, no chain, nothing read before, nothing decided.
 * The ceiling of this database for these rows.
 */
export async function writePlainly(pool: Pool, change: GatewayChange): Promise<void> {
  const { payments = [], records = [], events = [], progress } = change
  const rows = payments.map((row) => ({ ...paymentToColumns(row), version: row.version + 1 }))
  const attempts = payments.flatMap(attemptsToColumns)
  const statements = [
    { name: 'plain.payments', text: INSERT_PAYMENTS, values: arraysOf(paymentColumns, rows) },
    { name: 'plain.attempts', text: INSERT_ATTEMPTS, values: arraysOf(attemptColumns, attempts) },
    {
      name: 'plain.records',
      text: INSERT_RECORDS,
      values: arraysOf(recordColumns, records.map(recordToColumns)),
    },
    { name: 'plain.events', text: INSERT_EVENTS, values: eventArrays(events) },
  ].filter(({ values: [first] }) => first !== undefined && first.length > 0)
  await transaction(pool, async (tx) => {
    const sent = statements.map((statement) => tx.query(statement))
    if (progress !== undefined) {
      const { deviceId, statedSeq, receivedSeq } = progress
      sent.push(
        tx.query({
          name: 'plain.progress',
          text: RAISE_PROGRESS,
          values: [deviceId, statedSeq, receivedSeq],
        }),
      )
    }
    await sendTogether(sent)
  })
}

function eventArrays(events: NonNullable<GatewayChange['events']>): unknown[][] {
  return [
    events.map((event) => event.account),
    events.map((event) => event.id),
    events.map((event) => event.mode),
    events.map((event) => event.type),
    events.map((event) => event.paymentId),
    events.map((event) => event.createdMs),
  ]
}
