import { exportQueue } from '@holdfast/sdk'
import { fastCryptoSuite, type Random, simulatedProcess, trueMs } from '@holdfast/testing'
import type { SimDevice } from './sim-device.ts'
import type { World } from './world.ts'

export const carryFaults = [
  'device.queue_carried',
  'device.dead_for_good',
  'device.back_after_carrying',
] as const

const TRY_AGAIN_MS = 5_000
const CUT_OFF_MS = 60_000

/**
 * A till breaks down and only its disk can be read: the queue is exported from there and imported on another till, which
 * forwards it (reliability, fault 26). The broken one comes back later with the same queue, or never.
 */
export function planCarry(world: World, draw: Random, endMs: number): void {
  const { engine, devices, counters } = world
  const [dead, carrier] = [devices[0], devices.find(({ disk }) => disk !== devices[0]?.disk)]
  if (dead === undefined || carrier === undefined) return
  const breaksMs = draw.int(1, endMs - engine.nowMs())
  // Before that it was cut off for a while, so that there is something to carry.
  engine.after(Math.max(0, breaksMs - CUT_OFF_MS), 'cut off', () => dead.link.setState('black_hole'))
  engine.after(breaksMs, 'breaks down', () => {
    engine.tell(`${dead.name} breaks down`)
    const tabs = devices.filter(({ disk }) => disk === dead.disk)
    for (const tab of tabs) tab.breakDown()
    void carry(world, dead, carrier)
    if (draw.chance(0.5)) return counters.hit('device.dead_for_good')
    engine.after(draw.int(10_000, 200_000), 'repaired', () => {
      counters.hit('device.back_after_carrying')
      for (const tab of tabs) tab.repair()
      dead.link.setState('up')
    })
    return undefined
  })
}

async function carry(
  { engine, counters, random }: World,
  dead: SimDevice,
  carrier: SimDevice,
): Promise<void> {
  const rescue = simulatedProcess(engine, 'rescue')
  const crypto = fastCryptoSuite.crypto(random.fork('rescue'))
  const wait = (): Promise<void> =>
    new Promise((resolve) => void rescue.timer(TRY_AGAIN_MS, 'again', resolve))
  const deps = { store: dead.disk.open(rescue), crypto, key: dead.key, nowMs: trueMs(engine) }
  for (;;) {
    const exported = await exportQueue(deps).catch(() => null)
    const till = carrier.running()
    if (exported?.records === 0) return
    // Given up with the carrier's program when that dies; the file is still there.
    const answer =
      exported === null || till === null
        ? null
        : await Promise.race([
            till.terminal.importQueue(exported.text).catch(() => null),
            wait().then(() => null),
          ])
    if (answer?.status === 'imported') {
      counters.hit('device.queue_carried')
      return engine.tell(`${carrier.name} carries ${answer.records} records of ${dead.name}`)
    }
    await wait()
  }
}
