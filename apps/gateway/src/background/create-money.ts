import type { Pool } from 'pg'
import { captureTasks } from '../captures/capture-tasks.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { withOrders } from '../orders/order-tasks.ts'
import { refundTasks } from '../refunds/refund-tasks.ts'
import { createMoneyWorker, type MoneyWorker } from '../money/money-worker.ts'

/** Everything that follows from payments, as one worker. */
export function createMoney(pool: Pool, world: GatewayWorld): MoneyWorker {
  const { clock, log } = world
  const handlers = withOrders({ pool, world }, { ...captureTasks(world), ...refundTasks(world) })
  return createMoneyWorker({ pool, clock, log, handlers })
}
