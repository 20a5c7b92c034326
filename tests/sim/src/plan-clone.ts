import type { Random } from '@holdfast/testing'
import type { World } from './world.ts'

export const cloneFaults = ['device.cloned', 'state.clone_frozen'] as const

/**
 * The first till's disk is copied with its key, and a second machine sells on the copy beside the original (reliability,
 * fault 28): from there on one chain has two branches.
 */
export function planClone(world: World, draw: Random, endMs: number): void {
  const { engine, devices, counters } = world
  const copyMs = draw.int(1, Math.floor((endMs - engine.nowMs()) / 2))
  engine.after(copyMs, 'clone', () => {
    const [original] = devices
    if (original === undefined) return
    counters.hit('device.cloned')
    const clone = world.addClone(original)
    engine.tell(`${clone.name} is a copy of ${original.name}`)
    engine.after(draw.int(0, 60_000), 'clone', () => clone.start())
  })
}
