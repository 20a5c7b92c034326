import { orderStateOf } from '@holdfast/core'
import type { AccountOrder, AccountOrdersQuery } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { type OrderRow, readOrders } from '../orders/order-row.ts'
import type { Scope } from '../database/scope.ts'

export interface AccountOrderPage {
  readonly orders: AccountOrder[]
  readonly next: string | null
}

/** Newest first. A cursor that names nothing of this account begins nowhere: the page is empty. */
export async function listOrders(
  pool: Pool,
  { account, mode }: Scope,
  { state, location, before, limit }: AccountOrdersQuery,
): Promise<AccountOrderPage> {
  const rows = await readOrders(
    pool,
    `where account = $1 and mode = $2 and ($3::text is null or state = $3) and ($4::text is null or location = $4)
       and ($5::text is null or (created_ms, order_id) < (
         select created_ms, order_id from orders where account = $1 and mode = $2 and order_id = $5))
     order by created_ms desc, order_id desc limit $6`,
    [account, mode, state ?? null, location ?? null, before ?? null, limit + 1],
  )
  const orders = rows.slice(0, limit).map(accountOrderOf)
  return { orders, next: rows.length > limit ? (orders.at(-1)?.order ?? null) : null }
}

/** Null when there is no such order. */
export async function readOrder(
  pool: Pool,
  { account, mode }: Scope,
  orderId: string,
): Promise<{ readonly order: AccountOrder } | null> {
  const values = [account, mode, orderId]
  const [row] = await readOrders(pool, 'where account = $1 and mode = $2 and order_id = $3', values)
  return row === undefined ? null : { order: accountOrderOf(row) }
}

export function accountOrderOf(row: OrderRow): AccountOrder {
  const { orderId, location, channel, number, amountMinor, currency, lines, note, createdMs } = row
  const { revision, payments, canceled } = row
  const what = { location, channel, number, amountMinor, currency, lines, note, createdMs }
  return { order: orderId, ...what, state: orderStateOf(row), revision, payments: [...payments], canceled }
}
