import { advanceOrder, isId } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { MoneyTask } from '../money/money-task.ts'
import type { TaskEnd, TaskHandlers } from '../money/money-worker.ts'
import { changeOrder } from './change-order.ts'
import { lockOrder } from './order-row.ts'
import { tellTills } from './tell-tills.ts'

/** The same handlers; whatever becomes of a payment also moves the order that it names, in the same transaction. */
export function withOrders(deps: Deps, handlers: TaskHandlers): TaskHandlers {
  const { approved, voided } = handlers
  return {
    ...handlers,
    ...(approved === undefined
      ? {}
      : {
          async approved(tx, task) {
            const moved = await moveOrder(tx, deps, task)
            return { ...(await approved(tx, task)), ...moved }
          },
        }),
    ...(voided === undefined
      ? {}
      : {
          async voided(tx, task) {
            const moved = await moveOrder(tx, deps, task)
            return { ...(await voided(tx, task)), ...moved }
          },
        }),
  }
}

interface Deps {
  readonly pool: Pool
  readonly world: GatewayWorld
}

async function moveOrder(
  tx: Tx,
  { pool, world }: Deps,
  { account, paymentId }: MoneyTask,
): Promise<Pick<TaskEnd, 'committed'>> {
  const { rows } = await tx.query<{ reference: string | null; mode: string; stands: boolean }>(
    `select reference, mode, status in ('requires_capture', 'succeeded') as stands
     from payments where account = $1 and payment = $2`,
    [account, paymentId],
  )
  const { reference = null, mode, stands = false } = rows[0] ?? {}
  if (reference === null || !isId('ord', reference)) return {}
  const order = await lockOrder(tx, account, reference)
  if (order === null || order.mode !== mode) return {}
  const next = advanceOrder(order, { type: stands ? 'paid' : 'payment_gone', paymentId })
  if (typeof next === 'string' || next === order) return {}
  await changeOrder(tx, order, next, { nowMs: world.clock.wallMs(), crypto: world.crypto })
  return { committed: () => tellTills(pool, world, order) }
}
