import type { Random } from '@holdfast/testing'
import { runCashier } from './cashier.ts'
import type { Order } from './shop.ts'
import type { World } from './world.ts'

/** A cashier at each till, until the shop closes. */
export function openShop(world: World, draw: Random, endMs: number): void {
  const { engine, counters, shop, devices } = world
  const amounts = draw.fork('amounts')
  function nextOrder(till: string): Order | null {
    if (engine.nowMs() >= endMs) return null
    const order: Order = {
      reference: `${till}/order-${shop.orders.length + 1}`,
      money: { amountMinor: amounts.int(1, 9_999), currency: 'eur' },
      payments: [],
      end: null,
    }
    shop.orders.push(order)
    return order
  }
  world.onTillReady = (device, till) => {
    const random = draw.fork(`cashier ${till.process.name}`)
    const { name } = device
    const pauseMs = [500, draw.pick([5_000, 20_000, 40_000])] as const
    void runCashier(till, {
      engine,
      random,
      counters,
      shop,
      till: name,
      nextOrder: () => nextOrder(name),
      pauseMs,
    })
  }
  for (const device of devices) {
    const till = device.running()
    if (till !== null) world.onTillReady(device, till)
  }
}
