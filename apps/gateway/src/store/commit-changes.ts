import { DatabaseError, type Pool } from 'pg'
import { sendTogether } from '../database/send-together.ts'
import { transaction, type Tx } from '../database/transaction.ts'
import type { MoneyTask } from '../money/money-task.ts'
import { writeTasks } from '../money/write-tasks.ts'
import { attemptColumns, attemptsToColumns } from './attempt-columns.ts'
import type { EventRow, GatewayChange, PaymentRow, RecordRow, ReviewRow } from './gateway-store.ts'
import { paymentColumns, paymentToColumns } from './payment-columns.ts'
import { recordColumns, recordToColumns } from './record-columns.ts'
import { arraysOf, assignmentsOf, namesOf, unnestOf } from '../database/sql-rows.ts'

type AccountOf = (deviceId: string) => Promise<string>
type Fence = NonNullable<GatewayChange['fence']>

/**
 * One transaction of few statements, each for all its rows, also of several changes. Rows are locked in one order
 * everywhere (link, arrivals, payments by id, devices by id), so that two commits wait for each other and never for
 * ever. All or nothing: `conflict` when any of the changes is refused.
 */
export async function commitChanges(
  pool: Pool,
  accountOf: AccountOf,
  changes: readonly GatewayChange[],
): Promise<'committed' | 'conflict'> {
  const whole = await gather(accountOf, changes)
  try {
    await transaction(pool, (tx) => writeWhole(tx, whole))
    return 'committed'
  } catch (error) {
    if (error instanceof Conflict || isFork(error)) return 'conflict'
    throw error
  }
}

/** The same within somebody's transaction. @throws Conflict: roll back then, nothing of it may stay. */
export async function writeChange(tx: Tx, accountOf: AccountOf, change: GatewayChange): Promise<void> {
  await writeWhole(tx, await gather(accountOf, [change]))
}

function writeWhole(tx: Tx, whole: Whole): Promise<void> {
  // Each function sends its one statement before it awaits anything, so all of them are one round trip.
  return sendTogether([
    ...whole.fences.map((fence) => holdFence(tx, fence)),
    lockFirstArrivals(tx, whole),
    insertPayments(tx, whole.payments),
    updatePayments(tx, whole.payments),
    writeAttempts(tx, whole.payments),
    writeRecords(tx, whole.records),
    ...whole.reviews.map((review) => insertReview(tx, review)),
    ...whole.reviews.map((review) => decideRecords(tx, review)),
    writeVoids(tx, whole.voids),
    refuseUnvoided(tx, whole),
    writeEvents(tx, whole.events),
    writeTasks(tx, whole.tasks),
    ...whole.leases.map((lease) => writeLease(tx, whole.accounts, lease)),
    // Last, for every payment of a device waits for this row.
    writeDevices(tx, whole),
  ])
}

interface Whole {
  readonly accounts: ReadonlyMap<string, string>
  readonly fences: readonly NonNullable<GatewayChange['fence']>[]
  readonly payments: readonly PaymentRow[]
  readonly records: readonly RecordRow[]
  readonly voids: NonNullable<GatewayChange['voids']>
  readonly events: readonly EventRow[]
  readonly tasks: readonly MoneyTask[]
  readonly outcomes: NonNullable<GatewayChange['outcomes']>
  readonly progress: readonly NonNullable<GatewayChange['progress']>[]
  readonly leases: readonly NonNullable<GatewayChange['lease']>[]
  readonly reviews: readonly ReviewRow[]
}

async function gather(accountOf: AccountOf, changes: readonly GatewayChange[]): Promise<Whole> {
  const present = <Part>(part: Part | undefined): Part[] => (part === undefined ? [] : [part])
  const fences = changes.flatMap((change) => present(change.fence))
  const outcomes = changes.flatMap((change) => change.outcomes ?? [])
  const progress = changes.flatMap((change) => present(change.progress))
  const leases = changes.flatMap((change) => present(change.lease))
  const accounts = new Map<string, string>()
  for (const { deviceId } of [...outcomes, ...progress, ...leases]) {
    if (!accounts.has(deviceId)) accounts.set(deviceId, await accountOf(deviceId))
  }
  return {
    accounts,
    fences: fences.filter((fence, at) => fences.findIndex((other) => isSameFence(fence, other)) === at),
    payments: changes.flatMap((change) => change.payments ?? []).toSorted(byId),
    records: changes.flatMap((change) => change.records ?? []),
    voids: changes.flatMap((change) => change.voids ?? []),
    events: changes.flatMap((change) => change.events ?? []),
    tasks: changes.flatMap((change) => change.tasks ?? []),
    outcomes,
    progress,
    leases,
    reviews: changes.flatMap((change) => present(change.review)),
  }
}

function isSameFence(a: Fence, b: Fence): boolean {
  return a.link === b.link && a.generation === b.generation
}

/** Another record took the place between reading and writing: read again, the second one is parked. */
function isFork(error: unknown): boolean {
  return error instanceof DatabaseError && error.constraint === 'records_one_successor'
}

/** Rolls the transaction back; nothing of the change is written. */
export class Conflict extends Error {}

/** The lock keeps the link with its owner until this transaction has ended. */
export async function holdFence(tx: Tx, fence: Fence): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'store.hold-fence',
    text: 'select from links where link = $1 and generation = $2 for share',
    values: [fence.link, fence.generation],
  })
  if (rowCount !== 1) throw new Conflict()
}

/**
 * A void may arrive before its payment, and at the same moment. There is no row yet that both could lock, so both lock
 * the id: whoever comes second sees what the first one wrote.
 */
async function lockFirstArrivals(tx: Tx, change: Whole): Promise<void> {
  const arrivals = firstArrivals(change)
  if (arrivals.length === 0) return
  await tx.query({
    name: 'store.lock-arrivals',
    text: `
      select pg_advisory_xact_lock(key)
      from (select distinct hashtextextended(id, 0) as key from unnest($1::text[]) as id order by key) as keys`,
    values: [arrivals.map(({ account, paymentId }) => `${account}/${paymentId}`)],
  })
}

/** Look-ups as in `postgres-gateway-store`: a join would walk all payments while the planner has no statistics. */
const UNVOIDED = `
  select from generate_subscripts($1::text[], 1) as arrived(at)
  cross join lateral (
    select account, payment, device from voids
    where account = ($1::text[])[at] and payment = ($2::text[])[at] offset 0) as v
  cross join lateral (
    select from payments as p
    where p.account = v.account and p.payment between v.payment and v.payment and p.device = v.device
      and p.word <> 'voided' and p.collected_ms is null
    order by p.payment limit 1) as unvoided
  limit 1`

async function refuseUnvoided(tx: Tx, change: Whole): Promise<void> {
  const arrivals = firstArrivals(change)
  if (arrivals.length === 0) return
  const { rowCount } = await tx.query({
    name: 'store.refuse-unvoided',
    text: UNVOIDED,
    values: [arrivals.map(({ account }) => account), arrivals.map(({ paymentId }) => paymentId)],
  })
  if (rowCount !== 0) throw new Conflict()
}

function firstArrivals(change: Whole): { account: string; paymentId: string }[] {
  const opened = change.payments.filter(({ version }) => version === 0)
  return [...opened.map(({ account, story }) => ({ account, paymentId: story.paymentId })), ...change.voids]
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

async function insertPayments(tx: Tx, payments: readonly PaymentRow[]): Promise<void> {
  await writePayments(
    tx,
    { name: 'store.insert-payments', text: INSERT_PAYMENTS },
    payments.filter((row) => row.version === 0),
  )
}

async function updatePayments(tx: Tx, payments: readonly PaymentRow[]): Promise<void> {
  await writePayments(
    tx,
    { name: 'store.update-payments', text: UPDATE_PAYMENTS },
    payments.filter((row) => row.version > 0),
  )
}

async function writePayments(
  tx: Tx,
  statement: { readonly name: string; readonly text: string },
  payments: readonly PaymentRow[],
): Promise<void> {
  if (payments.length === 0) return
  const rows = payments.map((row) => ({ ...paymentToColumns(row), version: row.version + 1 }))
  const { rowCount } = await tx.query({ ...statement, values: arraysOf(paymentColumns, rows) })
  // Fewer rows than decided: one of them is no longer what the decision was made on.
  if (rowCount !== payments.length) throw new Conflict()
}

async function writeAttempts(tx: Tx, payments: readonly PaymentRow[]): Promise<void> {
  const attempts = payments.flatMap(attemptsToColumns)
  if (attempts.length === 0) return
  await tx.query({
    name: 'store.write-attempts',
    text: UPSERT_ATTEMPTS,
    values: arraysOf(attemptColumns, attempts),
  })
}

function byId(a: PaymentRow, b: PaymentRow): number {
  return a.story.paymentId < b.story.paymentId ? -1 : 1
}

const INSERT_RECORDS = `
  insert into records (${namesOf(recordColumns)})
  select ${namesOf(recordColumns)} from ${unnestOf(recordColumns, 'v')}
  on conflict (account, device, hash) do nothing`

async function writeRecords(tx: Tx, records: readonly RecordRow[]): Promise<void> {
  if (records.length === 0) return
  const values = arraysOf(recordColumns, records.map(recordToColumns))
  await tx.query({ name: 'store.insert-records', text: INSERT_RECORDS, values })
}

async function insertReview(tx: Tx, review: ReviewRow): Promise<void> {
  await tx.query(
    `insert into reviews
       (account, review, decision, waited_for, device, payment, decided_by, note, decided_ms, found)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      review.account,
      review.reviewId,
      review.decision,
      review.waitedFor,
      review.deviceId,
      review.paymentId,
      review.decidedBy,
      review.note,
      review.decidedMs,
      review.decision === 'resolved' ? JSON.stringify(review.found) : null,
    ],
  )
}

/** Each of its records still waits, or nothing of the change is written. */
async function decideRecords(tx: Tx, review: ReviewRow): Promise<void> {
  const { account, reviewId, decision, deviceId, hashes } = review
  const { rowCount } = await tx.query(
    `update records set review = $4, decision = $5, sealed = null
     where account = $1 and device = $2 and hash = any ($3::text[]) and parked_code is not null
       and decision is null`,
    [account, deviceId, hashes, reviewId, decision],
  )
  if (rowCount !== hashes.length) throw new Conflict()
}

async function writeVoids(tx: Tx, voids: Whole['voids']): Promise<void> {
  if (voids.length === 0) return
  await tx.query(
    `insert into voids (account, payment, device, reason) select account, payment, device, reason
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as v(account, payment, device, reason)
     on conflict do nothing`,
    [
      voids.map((v) => v.account),
      voids.map((v) => v.paymentId),
      voids.map((v) => v.deviceId),
      voids.map((v) => v.reason),
    ],
  )
}

/**
 * Progress, and the next feed numbers with the items that get them. One statement, so that a device's row is held no
 * longer than it must: numbers have no gap because whoever comes second waits for the first one's commit.
 */
const WRITE_DEVICES = `
  with held as materialized (
    select d.account, d.device, d.feed_head from devices d
    join unnest($1::text[], $2::text[]) as v(account, device) using (account, device)
    order by d.account, d.device for no key update of d
  ), fed as (
    insert into feed (account, device, n, payment, payload, key_id, signature)
    select account, device, held.feed_head + v.offset_in_change, v.payment, v.payload, v.key_id, v.signature
    from unnest($6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])
      as v(account, device, offset_in_change, payment, payload, key_id, signature)
    join held using (account, device)
  )
  update devices as d set
    feed_head = held.feed_head + v.items,
    stated_seq = greatest(d.stated_seq, v.stated_seq),
    received_seq = greatest(d.received_seq, v.received_seq),
    synced_generation = greatest(d.synced_generation, v.synced_generation)
  from held
  join unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $13::integer[])
    as v(account, device, items, stated_seq, received_seq, synced_generation) using (account, device)
  where d.account = held.account and d.device = held.device`

async function writeDevices(tx: Tx, { accounts, progress, outcomes }: Whole): Promise<void> {
  const deviceIds = [...new Set([...outcomes, ...progress].map(({ deviceId }) => deviceId))]
  if (deviceIds.length === 0) return
  const counts = new Map<string, number>()
  const offsets = outcomes.map(({ deviceId }) => {
    const offset = (counts.get(deviceId) ?? 0) + 1
    counts.set(deviceId, offset)
    return offset
  })
  const highest = (deviceId: string, field: 'statedSeq' | 'receivedSeq' | 'syncedGeneration') =>
    Math.max(0, ...progress.filter((other) => other.deviceId === deviceId).map((other) => other[field] ?? 0))
  const values = [
    deviceIds.map((id) => accounts.get(id)),
    deviceIds,
    deviceIds.map((id) => counts.get(id) ?? 0),
    deviceIds.map((id) => highest(id, 'statedSeq')),
    deviceIds.map((id) => highest(id, 'receivedSeq')),
    outcomes.map(({ deviceId }) => accounts.get(deviceId)),
    outcomes.map(({ deviceId }) => deviceId),
    offsets,
    outcomes.map(({ paymentId }) => paymentId),
    outcomes.map(({ statement }) => statement.payload),
    outcomes.map(({ statement }) => statement.keyId),
    outcomes.map(({ statement }) => statement.signature),
    deviceIds.map((id) => highest(id, 'syncedGeneration')),
  ]
  await tx.query({ name: 'store.write-devices', text: WRITE_DEVICES, values })
}

async function writeEvents(tx: Tx, events: readonly EventRow[]): Promise<void> {
  if (events.length === 0) return
  await tx.query({
    name: 'store.write-events',
    text: `
      insert into events (account, event, mode, type, object, object_id, created_ms)
      select account, event, mode, type, 'payment_intent', payment, created_ms
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as v(account, event, mode, type, payment, created_ms)
      on conflict do nothing`,
    values: [
      events.map((e) => e.account),
      events.map((e) => e.id),
      events.map((e) => e.mode),
      events.map((e) => e.type),
      events.map((e) => e.paymentId),
      events.map((e) => e.createdMs),
    ],
  })
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
