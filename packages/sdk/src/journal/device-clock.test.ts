import { markContact, NO_TIME_MARK } from '@holdfast/core'
import { expect, test } from 'vitest'
import { VirtualClock } from '../test-support/virtual-clock.ts'
import { journalOf, openSale, openWorld } from '../test-support/world.ts'
import { DeviceClock, type DeviceTime } from './device-clock.ts'

const WALL_MS = 1_790_000_000_000
const WEEK_MS = 7 * 86_400_000
const BASE = { boot: 'boot-1', monotonicMs: 0, contactBoot: null }

test('fault 32: a clock that is set back does not take back what has passed', async () => {
  const clock = new VirtualClock()
  const device = new DeviceClock(clock)
  device.adopt({ ...NO_TIME_MARK, highWaterMs: WALL_MS + 50_000 }, BASE)
  clock.wallOffsetMs -= 86_400_000
  await clock.advance(10_000)
  expect(device.read().nowMs).toBe(WALL_MS + 60_000)
})

test('time goes on from the mark over a restart within one boot, also with the clock set back', async () => {
  const clock = new VirtualClock()
  await clock.advance(1_000)
  const mark = { ...NO_TIME_MARK, highWaterMs: clock.wallMs() }
  const base = { boot: 'boot-1', monotonicMs: clock.monotonicMs(), contactBoot: null }
  clock.wallOffsetMs -= 86_400_000
  await clock.advance(3_600_000)
  const restarted = new DeviceClock(clock)
  restarted.adopt(mark, base)
  expect(restarted.read().nowMs).toBe(mark.highWaterMs + 3_600_000)
})

test('another tab’s mark never takes back what this one has seen to be past, unless the gateway spoke', async () => {
  const clock = new VirtualClock({ bootId: 'tab-2' })
  const device = new DeviceClock(clock)
  device.adopt({ ...NO_TIME_MARK, highWaterMs: WALL_MS }, BASE)
  clock.wallOffsetMs -= 86_400_000
  await clock.advance(60_000)
  device.adopt({ ...NO_TIME_MARK, highWaterMs: WALL_MS + 1_000 }, BASE)
  expect(device.read().nowMs).toBe(WALL_MS + 60_000)
  device.adopt(markContact(WALL_MS + 5_000, { wallMs: clock.wallMs(), monotonicMs: 0 }), {
    ...BASE,
    contactBoot: 'boot-1',
  })
  expect(device.read().nowMs).toBe(WALL_MS + 5_000)
})

test('fault 31: trust says whether the gateway spoke in this boot, in an earlier one, or never', () => {
  const device = new DeviceClock(new VirtualClock())
  const trustAfter = (contactMs: number | null, contactBoot: string | null) => {
    device.adopt({ ...NO_TIME_MARK, contactMs }, { ...BASE, contactBoot })
    return device.read().trust
  }
  expect(trustAfter(null, null)).toBe('untrusted')
  expect(trustAfter(WALL_MS, 'boot-0')).toBe('held')
  expect(trustAfter(WALL_MS, 'boot-1')).toBe('trusted')
})

test.each(['the wall clock', 'both clocks'])(
  'fault 34: a time that was said before the machine slept is not taken for the time after it, where sleep moves %s',
  async (moved) => {
    const world = await openWorld()
    const { gateway, clock } = world
    const ask = gateway.request.bind(gateway)
    gateway.request = async (request) => {
      const answer = await ask(request)
      if (!request.path.startsWith('/device/v1/ping')) return answer
      if (moved === 'both clocks') clock.sleep(WEEK_MS)
      else clock.wallOffsetMs += WEEK_MS
      return answer
    }
    // Not every ping tells the time; of so many in a row some do.
    for (let second = 0; second < 10; second += 1) await clock.advance(1_000)
    await openSale(world)
    const { times } = (await journalOf(world)).at(-1) as unknown as { times: DeviceTime }
    expect(times.wallMs - times.nowMs).toBeLessThan(60_000)
    await world.terminal.close()
  },
)
