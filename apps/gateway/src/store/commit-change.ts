import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { attemptColumns, attemptsToColumns } from './attempt-columns.ts'
import type { GatewayChange, PaymentRow } from './gateway-store.ts'
import { paymentColumns, paymentToColumns } from './payment-columns.ts'
import { recordColumns, recordToColumns } from './record-columns.ts'
import { arraysOf, assignmentsOf, namesOf, unnestOf } from './sql-rows.ts'

type AccountOf = (deviceId: string) => Promise<string>

/**
 * One transaction of few statements, each for all its rows. Rows are locked in one order everywhere (link, voids,
 * payments by id, devices by id), so that two commits wait for each other and never for ever.
 */
export async function commitChange(
  pool: Pool,
  accountOf: AccountOf,
  change: GatewayChange,
): Promise<'committed' | 'conflict'> {
  const deviceIds = new Set([
    ...(change.outcomes ?? []).map((outcome) => outcome.deviceId),
    ...(change.progress === undefined ? [] : [change.progress.deviceId]),
    ...(change.lease === undefined ? [] : [change.lease.deviceId]),
  ])
  const accounts = new Map<string, string>()
  for (const deviceId of deviceIds) accounts.set(deviceId, await accountOf(deviceId))
  try {
    await transaction(pool, async (tx) => {
      if (change.fence !== undefined) await holdFence(tx, change.fence)
      await lockFirstArrivals(tx, change)
      await writePayments(tx, change.payments ?? [])
      await writeRecords(tx, change)
      await writeVoids(tx, change.voids ?? [])
      await refuseUnvoided(tx, change)
      await writeDevices(tx, accounts, change)
      await writeEvents(tx, change.events ?? [])
      if (change.lease !== undefined) await writeLease(tx, accounts, change.lease)
    })
    return 'committed'
  } catch (error) {
    if (error instanceof Conflict) return 'conflict'
    throw error
  }
}

/** Rolls the transaction back; nothing of the change is written. */
class Conflict extends Error {}

/** The lock keeps the link with its owner until this transaction has ended. */
async function holdFence(tx: Tx, fence: { link: string; generation: number }): Promise<void> {
  const { rowCount } = await tx.query('select from links where link = $1 and generation = $2 for share', [
    fence.link,
    fence.generation,
  ])
  if (rowCount !== 1) throw new Conflict()
}

/**
 * A void may arrive before its payment, and at the same moment. There is no row yet that both could lock, so both lock
 * the id: whoever comes second sees what the first one wrote.
 */
async function lockFirstArrivals(tx: Tx, change: GatewayChange): Promise<void> {
  const arrivals = firstArrivals(change)
  if (arrivals.length === 0) return
  await tx.query(
    `select pg_advisory_xact_lock(key)
     from (select distinct hashtextextended(id, 0) as key from unnest($1::text[]) as id order by key) as keys`,
    [arrivals.map(({ account, paymentId }) => `${account}/${paymentId}`)],
  )
}

async function refuseUnvoided(tx: Tx, change: GatewayChange): Promise<void> {
  const arrivals = firstArrivals(change)
  if (arrivals.length === 0) return
  const { rowCount } = await tx.query(
    `select from unnest($1::text[], $2::text[]) as arrived(account, payment)
     join voids using (account, payment) join payments using (account, payment)
     where word <> 'voided' limit 1`,
    [arrivals.map(({ account }) => account), arrivals.map(({ paymentId }) => paymentId)],
  )
  if (rowCount !== 0) throw new Conflict()
}

function firstArrivals(change: GatewayChange): { account: string; paymentId: string }[] {
  const opened = (change.payments ?? []).filter(({ version }) => version === 0)
  return [
    ...opened.map(({ account, story }) => ({ account, paymentId: story.paymentId })),
    ...(change.voids ?? []),
  ]
}

const PAYMENT_KEY = ['account', 'payment']

const INSERT_PAYMENTS = `
  insert into payments (${namesOf(paymentColumns)})
  select ${namesOf(paymentColumns)} from ${unnestOf(paymentColumns, 'v')}
  on conflict do nothing`

const UPDATE_PAYMENTS = `
  update payments as p set ${assignmentsOf(paymentColumns, 'v', PAYMENT_KEY)}
  from ${unnestOf(paymentColumns, 'v')}
  where p.account = v.account and p.payment = v.payment and p.version = v.version - 1`

const UPSERT_ATTEMPTS = `
  insert into attempts (${namesOf(attemptColumns)})
  select ${namesOf(attemptColumns)} from ${unnestOf(attemptColumns, 'v')}
  on conflict (account, payment, number) do update set
    ${assignmentsOf(attemptColumns, 'excluded', [...PAYMENT_KEY, 'number'])}`

async function writePayments(tx: Tx, payments: readonly PaymentRow[]): Promise<void> {
  const rows = payments.toSorted(byId)
  const fresh = rows.filter((row) => row.version === 0)
  const known = rows.filter((row) => row.version > 0)
  for (const [text, group] of [
    [INSERT_PAYMENTS, fresh],
    [UPDATE_PAYMENTS, known],
  ] as const) {
    if (group.length === 0) continue
    const columns = group.map((row) => ({ ...paymentToColumns(row), version: row.version + 1 }))
    const { rowCount } = await tx.query(text, arraysOf(paymentColumns, columns))
    // Fewer rows than decided: one of them is no longer what the decision was made on.
    if (rowCount !== group.length) throw new Conflict()
  }
  const attempts = rows.flatMap(attemptsToColumns)
  if (attempts.length > 0) await tx.query(UPSERT_ATTEMPTS, arraysOf(attemptColumns, attempts))
}

function byId(a: PaymentRow, b: PaymentRow): number {
  return a.story.paymentId < b.story.paymentId ? -1 : 1
}

const INSERT_RECORDS = `
  insert into records (${namesOf(recordColumns)})
  select ${namesOf(recordColumns)} from ${unnestOf(recordColumns, 'v')}
  on conflict do nothing`

async function writeRecords(tx: Tx, { records = [] }: GatewayChange): Promise<void> {
  if (records.length > 0)
    await tx.query(INSERT_RECORDS, arraysOf(recordColumns, records.map(recordToColumns)))
}

async function writeVoids(tx: Tx, voids: NonNullable<GatewayChange['voids']>): Promise<void> {
  if (voids.length === 0) return
  await tx.query(
    `insert into voids (account, payment, reason) select account, payment, reason
     from unnest($1::text[], $2::text[], $3::text[]) as v(account, payment, reason) on conflict do nothing`,
    [voids.map((v) => v.account), voids.map((v) => v.paymentId), voids.map((v) => v.reason)],
  )
}

/** Progress and feed numbers are in one row per device, changed by one statement. */
async function writeDevices(
  tx: Tx,
  accounts: ReadonlyMap<string, string>,
  { progress, outcomes = [] }: GatewayChange,
): Promise<void> {
  const deviceIds = [
    ...new Set([...outcomes.map((o) => o.deviceId), ...(progress ? [progress.deviceId] : [])]),
  ]
  if (deviceIds.length === 0) return
  deviceIds.sort()
  const { rows } = await tx.query<{ device: string; feed_head: string }>(
    `update devices as d set
       feed_head = d.feed_head + v.items,
       stated_seq = greatest(d.stated_seq, v.stated_seq),
       received_seq = greatest(d.received_seq, v.received_seq)
     from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
       as v(account, device, items, stated_seq, received_seq)
     where d.account = v.account and d.device = v.device
     returning d.device, d.feed_head - v.items as feed_head`,
    [
      deviceIds.map((id) => accounts.get(id)),
      deviceIds,
      deviceIds.map((id) => outcomes.filter((outcome) => outcome.deviceId === id).length),
      deviceIds.map((id) => (progress?.deviceId === id ? progress.statedSeq : 0)),
      deviceIds.map((id) => (progress?.deviceId === id ? progress.receivedSeq : 0)),
    ],
  )
  if (outcomes.length === 0) return
  const heads = new Map(rows.map((row) => [row.device, Number(row.feed_head)]))
  const numbers = outcomes.map(({ deviceId }) => {
    const n = (heads.get(deviceId) ?? 0) + 1
    heads.set(deviceId, n)
    return n
  })
  await tx.query(
    `insert into feed (account, device, n, payment, payload, key_id, signature)
     select account, device, n, payment, payload, key_id, signature
     from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
       as v(account, device, n, payment, payload, key_id, signature)`,
    [
      outcomes.map((o) => accounts.get(o.deviceId)),
      outcomes.map((o) => o.deviceId),
      numbers,
      outcomes.map((o) => o.paymentId),
      outcomes.map((o) => o.statement.payload),
      outcomes.map((o) => o.statement.keyId),
      outcomes.map((o) => o.statement.signature),
    ],
  )
}

async function writeEvents(tx: Tx, events: NonNullable<GatewayChange['events']>): Promise<void> {
  if (events.length === 0) return
  await tx.query(
    `insert into events (account, event, type, payment, created_ms)
     select account, event, type, payment, created_ms
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       as v(account, event, type, payment, created_ms)
     on conflict do nothing`,
    [
      events.map((e) => e.account),
      events.map((e) => e.id),
      events.map((e) => e.type),
      events.map((e) => e.paymentId),
      events.map((e) => e.createdMs),
    ],
  )
}

async function writeLease(
  tx: Tx,
  accounts: ReadonlyMap<string, string>,
  { deviceId, lease }: NonNullable<GatewayChange['lease']>,
): Promise<void> {
  await tx.query(
    `insert into leases (account, device, payload, key_id, signature) values ($1, $2, $3, $4, $5)
     on conflict (account, device) do update set
       payload = excluded.payload, key_id = excluded.key_id, signature = excluded.signature`,
    [accounts.get(deviceId), deviceId, lease.payload, lease.keyId, lease.signature],
  )
}
