import type { OfflineBehavior } from '@holdfast/sdk'
import type { Random } from '@holdfast/testing'
import { runCashier } from './cashier.ts'
import type { Circumstances } from './mutants.ts'
import type { Order } from './shop.ts'
import type { World } from './world.ts'

const BEHAVIORS: readonly OfflineBehavior[] = [
  'prefer_online',
  'prefer_online',
  'prefer_online',
  'require_online',
  'force_offline',
]

/** A cashier at each till, until the shop closes. */
export function openShop(
  world: World,
  draw: Random,
  { endMs, circumstances }: { readonly endMs: number; readonly circumstances: Circumstances },
): void {
  const { engine, counters, shop, devices, plans } = world
  const amountsOf = new Map(devices.map(({ name }) => [name, draw.fork(`amounts ${name}`)]))
  const nearTheLimit = circumstances === 'two_tabs_near_the_limit'
  const lastAmounts = new Map<string, number>()

  function nextOrder(till: string): Order | null {
    const amounts = amountsOf.get(till) ?? draw.fork(`amounts ${till}`)
    if (engine.nowMs() >= endMs || !plans.isOpen(till, shop.orders.length)) return null
    // Two coffees, one after the other: the same till, amount and minute, and still two sales.
    const again = amounts.chance(0.15) ? lastAmounts.get(till) : undefined
    counters.sometimes('cashier.same_amount_again', again !== undefined)
    const amountMinor = again ?? amounts.int(1, 9_999)
    lastAmounts.set(till, amountMinor)
    const order: Order = {
      reference: `${till}/order-${shop.orders.length + 1}`,
      money: { amountMinor, currency: 'eur' },
      payments: [],
      end: null,
    }
    shop.orders.push(order)
    return order
  }
  world.onTillReady = (device, till) => {
    const random = draw.fork(`cashier ${till.process.name}`)
    const { name } = device
    const pauseMs = [500, nearTheLimit ? 1_000 : draw.pick([5_000, 20_000, 40_000])] as const
    void runCashier(till, {
      engine,
      random,
      counters,
      shop,
      till: name,
      nextOrder: () => nextOrder(name),
      pauseMs,
      behaviors: nearTheLimit ? ['force_offline'] : BEHAVIORS,
    })
  }
  for (const device of devices) {
    const till = device.running()
    if (till !== null) world.onTillReady(device, till)
  }
}
