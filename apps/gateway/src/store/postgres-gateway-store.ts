import { must, type OfferedMethods } from '@holdfast/core'
import type { Pool } from 'pg'
import { commitChanges } from './commit-changes.ts'
import { createCommitLanes } from './commit-lanes.ts'
import type {
  DeviceRow,
  FeedRow,
  GatewayStore,
  KnownRecord,
  LinkOwnership,
  ParkedRecord,
  VoidRow,
} from './gateway-store.ts'
import { JOINED_COLUMNS, joinedPayments, type JoinedRow } from './joined-payments.ts'
import { numericTypes } from '../database/sql-rows.ts'

const ACCOUNTS_KEPT_MAX = 100_000

/** The store of a real gateway: any PostgreSQL from version 15 on, many processes on one database. */
export function createPostgresGatewayStore(pool: Pool): GatewayStore {
  const accounts = new Map<string, string>()
  let generation: number | null = null

  /** Planned once per connection, under its name. */
  async function query<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { rows } = await pool.query<Row>({
      name: `store.${name}`,
      text,
      values: [...values],
      types: numericTypes,
    })
    return rows
  }

  /** A device never changes its account, and every key begins with the account. */
  async function accountOf(deviceId: string): Promise<string> {
    const known = accounts.get(deviceId)
    if (known !== undefined) return known
    const rows = await query<{ account: string }>(
      'account-of',
      'select account from devices where device = $1',
      [deviceId],
    )
    return keepAccount(deviceId, must(rows[0], 'a change is of a known device').account)
  }

  function keepAccount(deviceId: string, account: string): string {
    if (accounts.size >= ACCOUNTS_KEPT_MAX) accounts.clear()
    accounts.set(deviceId, account)
    return account
  }

  return {
    async device(deviceId) {
      const row = (await query<DeviceColumns>('device', DEVICE, [deviceId]))[0]
      if (row === undefined) return null
      keepAccount(deviceId, row.account)
      return deviceOf(row)
    },
    async knownRecords(deviceId, { hashes, prevs, first = false }) {
      const account = await accountOf(deviceId)
      // The first record of a device continues nothing, which the table knows as ''.
      const continued = first ? [...prevs, ''] : prevs
      return query<KnownRecord>('known-records', KNOWN_RECORDS, [account, deviceId, hashes, continued])
    },
    async payments(account, paymentIds) {
      if (paymentIds.length === 0) return { rows: [], voids: [] }
      // A void that comes between the two is a conflict at the commit.
      const [joined, voids] = await Promise.all([
        query<JoinedRow>('payments', PAYMENTS, [account, paymentIds]),
        query<VoidRow>('voids', VOIDS, [account, paymentIds]),
      ])
      return { rows: joinedPayments(joined), voids }
    },
    commit: createCommitLanes((changes) => commitChanges(pool, accountOf, changes)),
    async duePayments({ link, nowMs, holdMs, liveMax, storedMax }) {
      const [live, stored] = await Promise.all([
        liveMax > 0 ? query<JoinedRow>('live-due', LIVE_DUE, [link, nowMs, liveMax]) : [],
        storedMax > 0 ? query<JoinedRow>('stored-due', STORED_DUE, [link, nowMs, holdMs, storedMax]) : [],
      ])
      return [...joinedPayments(live), ...joinedPayments(stored)]
    },
    async claimLink({ link, owner, nowMs, leaseMs, stans }) {
      const untilMs = nowMs + leaseMs
      const rows = await query<{ generation: number; stan_next: number }>('claim-link', CLAIM_LINK, [
        link,
        owner,
        nowMs,
        untilMs,
        stans,
      ])
      const claimed = rows[0]
      if (claimed === undefined) return null
      const firstStan = ((claimed.stan_next - 1 - stans + STANS) % STANS) + 1
      return { generation: claimed.generation, untilMs, firstStan } satisfies LinkOwnership
    },
    async feed({ deviceId, after, limit, tips = false }) {
      const values = [await accountOf(deviceId), deviceId, after, limit, tips]
      const rows = await query<FeedColumns>('feed', FEED, values)
      return rows.map(({ type, n, payload, key_id, signature }): FeedRow => ({
        type,
        n,
        statement: { payload, keyId: key_id, signature },
      }))
    },
    async parkedRecords(account, { paymentId = null, deviceId = null }) {
      const rows = await query<ParkedColumns>('parked-records', PARKED_RECORDS, [
        account,
        paymentId,
        deviceId,
      ])
      return rows.map(({ header, signature, sealed, contact, ...row }): ParkedRecord => ({
        ...row,
        wire: { header, signature, sealed, contact },
      }))
    },
    async generation() {
      // It changes only by a restore, and a restored database gets new processes.
      generation ??= must(
        (await query<{ generation: number }>('generation', 'select generation from settings', []))[0],
        'the first migration writes the settings',
      ).generation
      return generation
    },
  }
}

const STANS = 999_999

interface DeviceColumns {
  readonly account: string
  readonly mode: DeviceRow['mode']
  readonly device: string
  readonly location: string
  readonly terminal_id: string
  readonly status: DeviceRow['status']
  readonly stated_seq: number
  readonly received_seq: number
  readonly synced_generation: number
  readonly backed_up_seq: number
  readonly keys: DeviceRow['keys']
  readonly lease: DeviceRow['lease']
  readonly offered: OfferedMethods | null
  readonly forked: boolean
}

const DEVICE = `
  select d.account, d.mode, d.device, d.location, d.terminal_id, d.status, d.stated_seq, d.received_seq,
    d.synced_generation,
    coalesce((
      select b.safe_seq from device_backups b where b.account = d.account and b.device = d.device), 0)
      as backed_up_seq,
    coalesce((
      select json_agg(json_build_object('keyId', k.key_id, 'publicKey', k.public_key) order by k.created_ms desc)
      from device_keys k where k.account = d.account and k.device = d.device), '[]') as keys,
    (select json_build_object('payload', l.payload, 'keyId', l.key_id, 'signature', l.signature)
      from leases l where l.account = d.account and l.device = d.device) as lease,
    coalesce(d.methods_offered, (
      select coalesce(l.methods_offered, a.methods_offered)
      from locations l join accounts a using (account)
      where l.account = d.account and l.location = d.location)) as offered,
    exists (
      select from records r
      where r.account = d.account and r.device = d.device and r.parked_code = 'record_fork'
        and r.decision is null) as forked
  from devices d where d.device = $1`

function deviceOf(row: DeviceColumns): DeviceRow {
  return {
    account: row.account,
    mode: row.mode,
    deviceId: row.device,
    location: row.location,
    terminalId: row.terminal_id,
    keys: row.keys,
    status: row.status,
    statedSeq: row.stated_seq,
    receivedSeq: row.received_seq,
    syncedGeneration: row.synced_generation,
    lease: row.lease,
    ...(row.backed_up_seq > 0 ? { backedUpSeq: row.backed_up_seq } : {}),
    ...(row.offered === null ? {} : { offered: row.offered }),
    ...(row.forked ? { forked: true } : {}),
  }
}

/** Why a record is kept apart now: a released one is in good order. */
const STANDING_CODE = `case when r.decision = 'released' then null else r.parked_code end as parked_code`

/**
 * One index look-up per hash, whatever the planner believes of a table that it has no statistics of: `offset 0` keeps it
 * from turning the look-ups into one walk over all records of the device. Subscripts, unlike the array's elements, are
 * guessed at the same number for every call, so that one plan serves them all.
 */
const KNOWN_RECORDS = `
  select known.hash, known.prev, known.parked_code as "parkedCode"
  from generate_subscripts($3::text[], 1) as asked(at) cross join lateral (
    select r.hash, r.prev, ${STANDING_CODE} from records r
    where r.account = $1 and r.device = $2 and r.hash = ($3::text[])[at] offset 0) as known
  union
  select known.hash, known.prev, known.parked_code
  from generate_subscripts($4::text[], 1) as asked(at) cross join lateral (
    select r.hash, r.prev, ${STANDING_CODE} from records r
    where r.account = $1 and r.device = $2 and coalesce(r.prev, '') = ($4::text[])[at]
      and r.parked_code is null and r.kind is not null offset 0) as known
  union
  select known.hash, known.prev, known.parked_code
  from generate_subscripts($4::text[], 1) as asked(at) cross join lateral (
    select r.hash, r.prev, ${STANDING_CODE} from records r
    where r.account = $1 and r.device = $2 and coalesce(r.prev, '') = ($4::text[])[at]
      and r.parked_code is not null and r.kind is not null offset 0) as known`

/**
 * One statement, so that a payment and its attempts are of one moment. Without statistics every index that begins with
 * the account looks alike to the planner, and one of them is walked whole: in the order that is asked for here, the
 * primary key alone comes without a sort.
 */
const lookedUp = (account: string, payment: string) => `
  cross join lateral (
    select * from payments
    where account = ${account} and payment between ${payment} and ${payment} order by payment limit 1) as p
  left join lateral (
    select * from attempts where account = p.account and payment = p.payment order by number offset 0) as a on true`

const PAYMENTS = `
  select ${JOINED_COLUMNS}
  from generate_subscripts($2::text[], 1) as asked(at) ${lookedUp('$1', '($2::text[])[asked.at]')}
  order by p.payment, a.number`

const VOIDS = `
  select payment as "paymentId", device as "deviceId", reason from voids
  where account = $1 and payment = any ($2)`

/** After a restore a payment of before waits for its device. */
const IS_SYNCED = `(p.as_of >= s.generation or d.synced_generation >= s.generation or d.status = 'revoked')`

const LIVE_DUE = `
  with due as materialized (
    select p.account, p.payment, p.opened_ms
    from payments p
    join devices d on d.account = p.account and d.device = p.device
    cross join settings s
    where p.link = $1 and p.stored_ms is null and p.due_ms <= $2 and p.attention is null and ${IS_SYNCED}
    order by p.opened_ms, p.payment limit $3
  )
  select ${JOINED_COLUMNS} from due ${lookedUp('due.account', 'due.payment')}
  order by due.opened_ms, due.payment, a.number`

const STORED_WAITS =
  'p.link = $1 and p.stored_ms is not null and p.due_ms is not null and p.attention is null'

/**
 * Device by device, each found by the one before it, so that the thousands of payments of those that are still delivering
 * are not read to be left out: of such a device the oldest sale tells, by its arrival, whether any can be over the hold.
 */
const STORED_DUE = `
  with recursive backlog as (
    (select p.account, p.device from payments p where ${STORED_WAITS} order by p.account, p.device limit 1)
    union all
    select next.account, next.device
    from backlog cross join lateral (
      select p.account, p.device from payments p
      where ${STORED_WAITS} and (p.account, p.device) > (backlog.account, backlog.device)
      order by p.account, p.device limit 1) as next
  ), due as materialized (
    select first.account, first.payment, first.opened_ms
    from backlog
    join devices d using (account, device)
    cross join settings s
    cross join lateral (
      select p.received_ms from payments p
      where ${STORED_WAITS} and p.account = d.account and p.device = d.device
      order by p.opened_ms, p.payment limit 1) as oldest
    cross join lateral (
      select p.account, p.payment, p.opened_ms from payments p
      where ${STORED_WAITS} and p.account = d.account and p.device = d.device and p.due_ms <= $2 and ${IS_SYNCED}
        and (d.received_seq >= d.stated_seq or p.received_ms + $3::bigint <= $2)
      order by p.opened_ms, p.payment limit $4) as first
    where d.received_seq >= d.stated_seq or oldest.received_ms + $3::bigint <= $2
    order by first.opened_ms, first.payment limit $4
  )
  select ${JOINED_COLUMNS} from due ${lookedUp('due.account', 'due.payment')}
  order by due.opened_ms, due.payment, a.number`

/** No row when another owner's lease still runs. */
const CLAIM_LINK = `
  insert into links as held (link, owner, generation, until_ms, stan_next)
  values ($1, $2, 1, $4, ($5::integer % ${STANS}) + 1)
  on conflict (link) do update set
    owner = excluded.owner,
    generation = held.generation + case when held.owner = excluded.owner then 0 else 1 end,
    until_ms = excluded.until_ms,
    stan_next = ((held.stan_next - 1 + $5::integer) % ${STANS}) + 1
  where held.owner = excluded.owner or held.until_ms <= $3
  returning generation, stan_next`

interface FeedColumns {
  readonly type: FeedRow['type']
  readonly n: number
  readonly payload: string
  readonly key_id: string
  readonly signature: string
}

const FEED = `
  select case when order_id is not null then 'order' when is_tip then 'tip' else 'outcome' end as type, n, payload, key_id,
    signature
  from feed where account = $1 and device = $2 and n > $3 and ($5 or not is_tip) order by n limit $4`

type ParkedColumns = Omit<ParkedRecord, 'wire'> & ParkedRecord['wire']

const PARKED_RECORDS = `
  select device as "deviceId", hash, seq, kind, payment as "paymentId", header, signature, sealed, contact,
    parked_code as "parkedCode", decision
  from records
  where account = $1 and parked_code is not null and ($2::text is null or payment = $2)
    and ($3::text is null or device = $3)
  order by device, seq, received_ms, hash`
