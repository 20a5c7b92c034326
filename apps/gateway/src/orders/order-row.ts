import { type Currency, type Order, orderStateOf } from '@holdfast/core'
import type { Mode, OrderStatement } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** An order of an online channel. */
export interface OrderRow extends Order {
  readonly account: string
  readonly orderId: string
  readonly mode: Mode
  readonly location: string
  readonly channel: string
  readonly number: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly lines: OrderStatement['lines']
  readonly note: string
  readonly createdMs: number
  readonly revision: number
  /** Of its newest change among those of its location. */
  readonly position: number
}

export interface OrderKey {
  readonly idempotencyKey: string
  readonly inputSha256: string
}

export async function lockOrder(tx: Tx, account: string, orderId: string): Promise<OrderRow | null> {
  const [row] = await readOrders(tx, 'where account = $1 and order_id = $2 for update', [account, orderId])
  return row ?? null
}

/** `clause` comes behind the table; its values are numbered from 1. */
export async function readOrders(tx: Tx, clause: string, values: readonly unknown[]): Promise<OrderRow[]> {
  const { rows } = await tx.query<OrderColumns>({
    text: `${SELECT} ${clause}`,
    values: [...values],
    types: numericTypes,
  })
  return rows.map(({ canceled_ms, canceled_by, cancel_reason, ...row }) => ({
    ...row,
    canceled:
      canceled_ms === null ? null : { by: canceled_by ?? '', reason: cancel_reason ?? '', atMs: canceled_ms },
  }))
}

/** False where its key has made an order before: that one stands. */
export async function insertOrder(
  tx: Tx,
  row: Omit<OrderRow, 'revision' | 'position'>,
  key: OrderKey,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into orders (account, order_id, mode, location, idempotency_key, input_sha256, channel, number,
       amount_minor, currency, lines, note, created_ms, state, revision, position)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15)
     on conflict (account, mode, idempotency_key) do nothing`,
    [
      row.account,
      row.orderId,
      row.mode,
      row.location,
      key.idempotencyKey,
      key.inputSha256,
      row.channel,
      row.number,
      row.amountMinor,
      row.currency,
      JSON.stringify(row.lines),
      row.note,
      row.createdMs,
      orderStateOf(row),
      await nextPosition(tx, row),
    ],
  )
  return rowCount === 1
}

/** A change of an order that is held: its tills hear of it. */
export async function saveOrder(tx: Tx, row: OrderRow): Promise<void> {
  const { account, orderId, payments, canceled } = row
  await tx.query(
    `update orders set payments = $3, canceled_ms = $4, canceled_by = $5, cancel_reason = $6, state = $7,
       revision = revision + 1, position = $8
     where account = $1 and order_id = $2`,
    [
      account,
      orderId,
      payments,
      canceled?.atMs ?? null,
      canceled?.by ?? null,
      canceled?.reason ?? null,
      orderStateOf(row),
      await nextPosition(tx, row),
    ],
  )
}

async function nextPosition(
  tx: Tx,
  { account, location }: Pick<OrderRow, 'account' | 'location'>,
): Promise<number> {
  const { rows } = await tx.query<{ position: number }>({
    text: `insert into order_heads as h (account, location, position) values ($1, $2, 1)
      on conflict (account, location) do update set position = h.position + 1 returning position`,
    values: [account, location],
    types: numericTypes,
  })
  return rows[0]?.position ?? 1
}

interface OrderColumns extends Omit<OrderRow, 'canceled'> {
  readonly canceled_ms: number | null
  readonly canceled_by: string | null
  readonly cancel_reason: string | null
}

const SELECT = `
  select account, order_id as "orderId", mode, location, channel, number, amount_minor as "amountMinor", currency, lines,
    note, created_ms as "createdMs", payments, canceled_ms, canceled_by, cancel_reason, revision, position
  from orders`
