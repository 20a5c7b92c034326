import { advanceOrder } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { OrderCancel } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { Scope } from '../database/scope.ts'
import { changeOrder } from './change-order.ts'
import { lockOrder } from './order-row.ts'
import { tellTills } from './tell-tills.ts'

/** Null when it is canceled, now or before. */
export async function cancelOrder(
  { pool, world }: { readonly pool: Pool; readonly world: GatewayWorld },
  { account, mode }: Scope,
  orderId: string,
  said: OrderCancel,
): Promise<ErrorCode | null> {
  const changed = await transaction(pool, async (tx) => {
    const order = await lockOrder(tx, account, orderId)
    if (order === null || order.mode !== mode) return 'not_found'
    const nowMs = world.clock.wallMs()
    const next = advanceOrder(order, { type: 'canceled', ...said, atMs: nowMs })
    if (typeof next === 'string') return next
    if (next !== order) await changeOrder(tx, order, next, { nowMs, crypto: world.crypto })
    return order
  })
  if (typeof changed === 'string') return changed
  await tellTills(pool, world, changed)
  return null
}
