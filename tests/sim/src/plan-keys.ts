import type { Random } from '@holdfast/testing'
import { repeat } from './plan-faults.ts'
import type { World } from './world.ts'

export const keyFaults = ['keys.signing_rotated', 'keys.sealing_rotated'] as const

/**
 * The gateway gets new keys while tills hold records under the old ones (reliability, fault 67). As the book says, every
 * process is started again for it, one after the other.
 */
export function planKeys(world: World, draw: Random, endMs: number): void {
  const { engine, counters, gateways, keys } = world
  repeat(world, draw, endMs, draw.pick([0, 0, 1, 2]), (own) => {
    const purpose = own.pick(['signing', 'sealing'] as const)
    counters.hit(`keys.${purpose}_rotated`)
    engine.tell(`the gateway gets a new key for ${purpose}`)
    keys.rotate(purpose)
    let afterMs = 0
    for (const gateway of gateways) {
      afterMs += own.int(0, 10_000)
      engine.after(afterMs, 'new keys', () => gateway.process()?.kill('started again with the new key'))
    }
  })
}
