import type { MachineTime, Random } from '@holdfast/testing'
import { repeat } from './plan-faults.ts'
import type { World } from './world.ts'

export const clockFaults = [
  'device.clock_set_back',
  'device.clock_jump',
  'device.clock_corrected',
  'device.clock_wrong_at_boot',
  'device.zone_moved',
  'device.slept',
] as const

const JUMPS_MS = [-3_600_000, -60_000, 45_000, 7_200_000, -400 * 86_400_000, 40 * 86_400_000]
/** Summer time, London, New York, Kathmandu. */
const ZONES_MIN = [120, 0, -300, 345]

/** Wall clocks jump and are put right, machines sleep and travel (reliability, faults 30 to 35). */
export function planClocks(world: World, draw: Random, endMs: number): void {
  const { engine, counters } = world
  for (const device of world.devices) {
    const { machine, name } = device
    repeat(world, draw, endMs, draw.pick([0, 0, 1, 2]), (own) => {
      const jumpMs = own.chance(0.2) ? -machine.skewMs : own.pick(JUMPS_MS)
      if (jumpMs === -machine.skewMs) counters.hit('device.clock_corrected')
      else counters.hit(jumpMs < 0 ? 'device.clock_set_back' : 'device.clock_jump')
      machine.skewMs += jumpMs
      engine.tell(`${name} clock jumps ${jumpMs} ms`)
    })
    repeat(world, draw, endMs, draw.pick([0, 0, 0, 1]), (own) => {
      counters.hit('device.zone_moved')
      machine.utcOffsetMin = own.pick(ZONES_MIN)
      engine.tell(`${name} is ${machine.utcOffsetMin} min east of UTC`)
    })
    repeat(world, draw, endMs, draw.pick([0, 0, 0, 1]), (own) =>
      sleep(world, machine, own.int(2_000, 120_000)),
    )
  }
}

/** The monotonic clock of a machine that sleeps stands still; its wall clock does not. */
function sleep({ engine, counters, devices }: World, machine: MachineTime, sleepMs: number): void {
  const tabs = devices.filter((device) => device.machine === machine)
  const programs = tabs.map((tab) => tab.process())
  counters.hit('device.slept')
  for (const program of programs) program?.freeze(sleepMs)
  engine.after(sleepMs - 1, 'wakes up', () => {
    // Who has opened it meanwhile has woken it.
    if (tabs.every((tab, at) => tab.process() === programs[at])) machine.bootedAtMs += sleepMs - 1
  })
}
