import type { Random } from '@holdfast/testing'
import { repeat } from './plan-faults.ts'
import type { World } from './world.ts'

export const readerFaults = ['reader.changed', 'reader.changed_and_never_allowed'] as const

const KNOWN_AFTER_MS_MAX = 60_000

/**
 * A reader breaks and another one takes its place. It may take sales offline only once the gateway has named it in a
 * lease (reliability, fault 70).
 */
export function planReaders(world: World, draw: Random, endMs: number): void {
  const { engine, counters, devices, enrolments } = world
  for (const [at, device] of devices.entries()) {
    repeat(world, draw, endMs, draw.pick([0, 0, 0, 1]), (own) => {
      const reader = `rdr_${String(at + 1).padStart(22, '0')}${own.int(10, 99)}`
      const allowed = own.chance(0.7)
      counters.hit(allowed ? 'reader.changed' : 'reader.changed_and_never_allowed')
      engine.tell(`${device.name} gets another reader, ${reader}`)
      device.changeReader(reader)
      const { deviceId } = device.running()?.terminal ?? { deviceId: null }
      if (!allowed || deviceId === null) return
      engine.after(own.int(0, KNOWN_AFTER_MS_MAX), 'the reader is known', () =>
        enrolments.addReader(deviceId, reader),
      )
    })
  }
}
