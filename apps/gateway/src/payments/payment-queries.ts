import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { PaymentRow } from '../store/gateway-store.ts'
import { JOINED_COLUMNS, joinedPayments, type JoinedRow } from '../store/joined-payments.ts'
import { numericTypes } from '../store/sql-rows.ts'

/** Whose payments a caller may see: nothing crosses an account, and test and live are apart. */
export interface Scope {
  readonly account: string
  readonly mode: Mode
}

/** A payment as merchants read it: what the store keeps, and what the records and events around it say. */
export interface PaymentView {
  readonly row: PaymentRow
  /** Number in its device's journal; null until the accepting record is in. */
  readonly acceptedSeq: number | null
  readonly canceledMs: number | null
}

export interface Page {
  readonly limit: number
  /** Half-open range of the moment of sale or making. */
  readonly fromMs: number | null
  readonly beforeMs: number | null
  /** At most one of the two: older than, or newer than, this id. */
  readonly startingAfter: string | null
  readonly endingBefore: string | null
}

export type Listed<Item> =
  | { readonly ok: true; readonly items: Item[]; readonly hasMore: boolean }
  /** The cursor names nothing in this scope. */
  | { readonly ok: false; readonly unknown: 'starting_after' | 'ending_before' }

export interface ChargeKey {
  readonly payment: string
  readonly number: number
}

/** Newest sale first. */
export async function listPayments(pool: Pool, scope: Scope, page: Page): Promise<Listed<PaymentView>> {
  const keys = await pageOf<{ id: string }>(pool, scope, page, {
    items: `select payment as id, opened_ms as at_ms from payments where account = $1 and mode = $2`,
    columns: 'id',
    more: [],
  })
  if (!keys.ok) return keys
  const views = await findPayments(
    pool,
    scope,
    keys.items.map((item) => item.id),
  )
  return { ...keys, items: inOrder(keys.items, (item) => item.id, views) }
}

/** Tries that the issuer has been or will be asked for, newest first; of one payment when it is given. */
export async function listCharges(
  pool: Pool,
  scope: Scope,
  page: Page,
  paymentId: string | null,
): Promise<Listed<{ view: PaymentView; number: number }>> {
  const keys = await pageOf<ChargeKey & { id: string }>(pool, scope, page, {
    items: `select a.charge as id, a.created_ms as at_ms, a.payment, a.number
      from attempts a join payments p using (account, payment)
      where account = $1 and p.mode = $2 and ($3::text is null or payment = $3) and ${IS_CHARGE}`,
    columns: 'id, payment, number',
    more: [paymentId],
  })
  if (!keys.ok) return keys
  const views = await findPayments(pool, scope, [...new Set(keys.items.map((item) => item.payment))])
  const byId = new Map(views.map((view) => [view.row.story.paymentId, view]))
  const items = keys.items.flatMap(({ payment, number }) => {
    const view = byId.get(payment)
    return view === undefined ? [] : [{ view, number }]
  })
  return { ...keys, items }
}

/** Null when there is none in this scope. */
export async function findCharge(pool: Pool, scope: Scope, chargeId: string): Promise<ChargeKey | null> {
  const { rows } = await pool.query<ChargeKey>(
    `select a.payment, a.number from attempts a join payments p using (account, payment)
     where account = $1 and p.mode = $2 and a.charge = $3 and ${IS_CHARGE}`,
    [scope.account, scope.mode, chargeId],
  )
  return rows[0] ?? null
}

/** In no particular order; ids that are not of this scope are left out. */
export async function findPayments(
  pool: Pool,
  { account, mode }: Scope,
  paymentIds: readonly string[],
): Promise<PaymentView[]> {
  if (paymentIds.length === 0) return []
  const { rows } = await pool.query<ViewRow>({
    text: PAYMENT_VIEWS,
    values: [account, mode, paymentIds],
    types: numericTypes,
  })
  const extras = new Map(rows.map((row) => [row['p_payment'], row]))
  return joinedPayments(rows).map((row) => {
    const extra = extras.get(row.story.paymentId)
    return { row, acceptedSeq: extra?.accepted_seq ?? null, canceledMs: extra?.canceled_ms ?? null }
  })
}

/** A try that was shelved, or that another one took the place of before it was sent, is nobody's charge. */
const IS_CHARGE = `a.state <> 'shelved' and (a.state <> 'planned' or a.wanted)`

interface ViewRow extends JoinedRow {
  readonly accepted_seq: number | null
  readonly canceled_ms: number | null
}

const PAYMENT_VIEWS = `
  select ${JOINED_COLUMNS}, r.seq as accepted_seq, e.created_ms as canceled_ms
  from payments p
  left join attempts a on a.account = p.account and a.payment = p.payment
  left join lateral (
    select r.seq from records r
    where r.account = p.account and r.payment = p.payment and r.kind = 'payment.accepted' and r.parked_code is null
    order by r.received_ms limit 1
  ) r on true
  left join lateral (
    select e.created_ms from events e
    where e.account = p.account and e.event = 'evt_' || substr(p.payment, 4) || '_canceled'
  ) e on p.status = 'canceled'
  where p.account = $1 and p.mode = $2 and p.payment = any ($3)
  order by p.payment, a.number`

/** One page by (moment, id), newest first; one row more than asked tells whether there is another page. */
async function pageOf<Key extends { readonly id: string }>(
  pool: Pool,
  { account, mode }: Scope,
  page: Page,
  source: { readonly items: string; readonly columns: string; readonly more: readonly unknown[] },
): Promise<Listed<Key>> {
  const values: unknown[] = [account, mode, ...source.more]
  const bind = (value: unknown) => `$${values.push(value)}`
  const conditions: string[] = []
  const backwards = page.endingBefore !== null
  const cursor = page.startingAfter ?? page.endingBefore
  if (cursor !== null) {
    const known = await pool.query<{ at_ms: string }>(
      `select at_ms from (${source.items}) as item where id = $${values.length + 1}`,
      [...values, cursor],
    )
    const atMs = known.rows[0]?.at_ms
    if (atMs === undefined) return { ok: false, unknown: backwards ? 'ending_before' : 'starting_after' }
    conditions.push(`(at_ms, id) ${backwards ? '>' : '<'} (${bind(atMs)}::bigint, ${bind(cursor)})`)
  }
  if (page.fromMs !== null) conditions.push(`at_ms >= ${bind(page.fromMs)}`)
  if (page.beforeMs !== null) conditions.push(`at_ms < ${bind(page.beforeMs)}`)
  const order = backwards ? 'at_ms, id' : 'at_ms desc, id desc'
  const { rows } = await pool.query<Key>(
    `select ${source.columns} from (${source.items}) as item ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
     order by ${order} limit ${bind(page.limit + 1)}`,
    values,
  )
  const items = rows.slice(0, page.limit)
  return { ok: true, items: backwards ? items.toReversed() : items, hasMore: rows.length > page.limit }
}

function inOrder<Key>(keys: readonly Key[], idOf: (key: Key) => string, views: readonly PaymentView[]) {
  const byId = new Map(views.map((view) => [view.row.story.paymentId, view]))
  return keys.flatMap((key) => byId.get(idOf(key)) ?? [])
}
