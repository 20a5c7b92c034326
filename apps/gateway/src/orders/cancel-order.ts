import { advanceOrder } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { OrderCancel } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { Scope } from '../database/scope.ts'
import { lockOrder, saveOrder } from './order-row.ts'
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
    const next = advanceOrder(order, { type: 'canceled', ...said, atMs: world.clock.wallMs() })
    if (typeof next === 'string') return next
    if (next !== order) await saveOrder(tx, { ...order, ...next })
    return order
  })
  if (typeof changed === 'string') return changed
  await tellTills(pool, world, changed)
  return null
}
