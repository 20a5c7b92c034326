import type { Random } from '@holdfast/testing'
import { repeat } from './plan-faults.ts'
import type { World } from './world.ts'

export const readerFaults = ['reader.changed', 'reader.changed_and_never_allowed'] as const

const KNOWN_AFTER_MS_MAX = 60_000

/**
 * A reader breaks and another one takes its place. It may take sales offline only once the gateway has named it in a
 * lease (reliability, fault 70).
 */
export function planReaders(
  { engine, counters, devices, enrolments }: World,
  draw: Random,
  endMs: number,
): void {
  for (const [at, device] of devices.entries()) {
    repeat({ engine }, draw, endMs, draw.pick([0, 0, 0, 1]), () => {
      const reader = `rdr_${String(at + 1).padStart(22, '0')}${draw.int(10, 99)}`
      const allowed = draw.chance(0.7)
      counters.hit(allowed ? 'reader.changed' : 'reader.changed_and_never_allowed')
      engine.tell(`${device.name} gets another reader, ${reader}`)
      device.changeReader(reader)
      const { deviceId } = device.running()?.terminal ?? { deviceId: null }
      if (!allowed || deviceId === null) return
      engine.after(draw.int(0, KNOWN_AFTER_MS_MAX), 'the reader is known', () =>
        enrolments.addReader(deviceId, reader),
      )
    })
  }
}
