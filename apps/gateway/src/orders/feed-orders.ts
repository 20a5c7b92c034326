import { orderStateOf } from '@holdfast/core'
import { signStatement } from '@holdfast/envelope'
import type { OrderStatement } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow } from '../store/gateway-store.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { type OrderRow, readOrders } from './order-row.ts'

const ORDERS_AT_ONCE = 50

/**
 * Puts what is new about orders of its location into the feed of a device, in order, and remembers up to where: both in
 * one transaction, so each change is in the feed once, whoever dies. The device acknowledges by its cursor, as for all
 * else; until then it is answered the same again.
 */
export async function feedOrders(
  pool: Pool,
  { keys }: Pick<GatewayWorld, 'keys'>,
  { account, deviceId, location, mode }: DeviceRow,
): Promise<void> {
  if (!(await isBehind(pool, { account, deviceId }))) return
  await transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ head: number; position: number; newest: number }>({
      text: `select d.feed_head as head, d.orders_position as position, h.position as newest
        from devices d join order_heads h using (account, location)
        where d.account = $1 and d.device = $2 for no key update of d`,
      values: [account, deviceId],
      types: numericTypes,
    })
    const [device] = rows
    if (device === undefined) return
    const { head, position, newest } = device
    const changed = await readOrders(
      tx,
      'where account = $1 and location = $2 and position > $3 order by position limit $4',
      [account, location, position, ORDERS_AT_ONCE],
    )
    const told = changed.filter((order) => order.mode === mode)
    const signed = await Promise.all(
      told.map((order) => signStatement(keys.signing, 'order', statementOf(order))),
    )
    await tx.query(
      `insert into feed (account, device, n, order_id, payload, key_id, signature)
       select $1, $2, $3 + v.at, v.order_id, v.payload, v.key_id, v.signature
       from unnest($4::text[], $5::text[], $6::text[], $7::text[]) with ordinality
         as v(order_id, payload, key_id, signature, at)`,
      [
        account,
        deviceId,
        head,
        told.map(({ orderId }) => orderId),
        signed.map(({ payload }) => payload),
        signed.map(({ keyId }) => keyId),
        signed.map(({ signature }) => signature),
      ],
    )
    const last = changed.at(-1)?.position ?? position
    // A number may be of an order that has moved on since, or of none: all up to the newest has been read. Whoever
    // waited for the lock sees a newest of before it.
    const reached = changed.length < ORDERS_AT_ONCE ? Math.max(last, newest) : last
    await tx.query(
      `update devices set feed_head = $3, orders_position = $4 where account = $1 and device = $2`,
      [account, deviceId, head + told.length, reached],
    )
  })
}

/** Two rows by their keys: what nearly every turn of a feed costs. */
async function isBehind(
  pool: Pool,
  { account, deviceId }: Pick<DeviceRow, 'account' | 'deviceId'>,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'orders.is-behind',
    text: `select from devices d join order_heads h using (account, location)
      where d.account = $1 and d.device = $2 and h.position > d.orders_position`,
    values: [account, deviceId],
  })
  return rowCount === 1
}

function statementOf(order: OrderRow): OrderStatement {
  const { orderId, location, revision, channel, number, amountMinor, currency, lines, note } = order
  const what = { channel, number, amountMinor, currency, lines, note, placedMs: order.createdMs }
  return { order: orderId, location, revision, state: orderStateOf(order), ...what }
}
