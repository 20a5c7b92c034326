import { must, newId } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'
import type { ErrorCode } from '@holdfast/protocol'
import type { OrderCreate } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { recordEvent } from '../events/record-event.ts'
import type { Scope } from '../database/scope.ts'
import { insertOrder, type OrderKey, type OrderRow, readOrders } from './order-row.ts'
import { tellTills } from './tell-tills.ts'

export type OrderMade =
  | { readonly ok: true; readonly order: OrderRow }
  | { readonly ok: false; readonly code: ErrorCode; readonly param: string }

/**
 * Durable with its key in one transaction, so that an answer that was lost is asked for again and makes no second order,
 * for ever. What follows is the feed's: whatever becomes of this process, the tills hear of it.
 */
export async function createOrder(
  { pool, world }: { readonly pool: Pool; readonly world: GatewayWorld },
  { account, mode }: Scope,
  { idempotencyKey, ...order }: OrderCreate,
): Promise<OrderMade> {
  const ids = idSourceOf(world)
  const inputSha256 = await sha256Text(world.crypto, JSON.stringify(order))
  const row = {
    ...order,
    account,
    mode,
    orderId: newId('ord', ids),
    createdMs: ids.wallMs(),
    payments: [],
    canceled: null,
  }
  const made = await transaction(pool, async (tx): Promise<OrderMade> => {
    const key = { account, mode, idempotencyKey, inputSha256 }
    const before = await findByKey(tx, key)
    // Whoever asks again is answered as before, whatever has become of the place and the currencies since.
    const refused = before === null ? await refusalOf(tx, { account, mode }, order) : null
    if (refused !== null) return refused
    if (before === null && (await insertOrder(tx, row, key))) {
      const about = { object: 'order', id: row.orderId, atMs: row.createdMs } as const
      await recordEvent(tx, { account, mode, type: 'order.created', ...about }, world.crypto)
    }
    const standing = before ?? (await findByKey(tx, key))
    if (standing === 'other_order')
      return { ok: false, code: 'idempotency_key_other_request', param: 'idempotencyKey' }
    return { ok: true, order: must(standing, 'it was made by now, here or by another') }
  })
  if (made.ok) await tellTills(pool, world, row)
  return made
}

async function refusalOf(
  tx: Tx,
  { account, mode }: Scope,
  { location, currency }: Pick<OrderCreate, 'location' | 'currency'>,
): Promise<Extract<OrderMade, { ok: false }> | null> {
  const { rows } = await tx.query<{ takes: boolean }>(
    `select $4 = any (a.currencies) as takes from locations l join accounts a using (account)
     where l.account = $1 and l.location = $2 and (l.mode is null or l.mode = $3) and l.deleted_ms is null`,
    [account, location, mode, currency],
  )
  const [known] = rows
  if (known === undefined) return { ok: false, code: 'resource_missing', param: 'location' }
  return known.takes ? null : { ok: false, code: 'order_currency_not_taken', param: 'currency' }
}

async function findByKey(
  tx: Tx,
  { account, mode, idempotencyKey, inputSha256 }: Scope & OrderKey,
): Promise<OrderRow | 'other_order' | null> {
  const key = [account, mode, idempotencyKey]
  const where = 'where account = $1 and mode = $2 and idempotency_key = $3'
  const [order] = await readOrders(tx, where, key)
  if (order === undefined) return null
  const same = await tx.query(`select from orders ${where} and input_sha256 = $4`, [...key, inputSha256])
  return same.rowCount === 1 ? order : 'other_order'
}
