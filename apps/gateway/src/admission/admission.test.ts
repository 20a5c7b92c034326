import { expect, test } from 'vitest'
import { createManualClock } from '../test-support/manual-clock.ts'
import {
  GAP_MS_MIN,
  GOODS_PER_PIECE,
  RETRY_AFTER_MS_MAX,
  RETRY_AFTER_MS_MIN,
  UPLOADS_AT_FIRST,
  UPLOADS_MAX,
  WAITING_MAX,
  WAITING_MS_MAX,
} from './admission-limits.ts'
import { Admission, type Admitted, type Upload } from './admission.ts'

/** Between the two ends of the jitter. */
const MIDDLE = 0.5

function open(random = () => MIDDLE) {
  const clock = createManualClock()
  const seen = { limit: UPLOADS_AT_FIRST, admitted: 0, waiting: 0 }
  const admission = new Admission(clock, random, {
    decided: () => undefined,
    figures: (figures) => Object.assign(seen, figures),
  })
  return { clock, admission, seen }
}

let devices = 0
function upload(deadlineMs = 0, pieces = 1): Upload {
  devices += 1
  return { deviceId: `dev_${devices}`, deadlineMs, pieces }
}

/** Everything that can go on has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function leave(admitted: Admitted | undefined): void {
  if (admitted?.admitted !== true) throw new Error('was not admitted')
  admitted.leave()
}

async function fill({ admission }: ReturnType<typeof open>): Promise<Admitted[]> {
  const inside: Admitted[] = []
  for (let at = 0; at < UPLOADS_AT_FIRST; at += 1) inside.push(await admission.enter(upload()))
  return inside
}

test('P6: uploads have a few places; the next one waits for the first that becomes free', async () => {
  const desk = open()
  const inside = await fill(desk)
  let entered: Admitted | null = null
  const waiting = desk.admission.enter(upload()).then((result) => (entered = result))
  await settled()
  expect(entered).toBeNull()
  leave(inside[0])
  expect(await waiting).toMatchObject({ admitted: true })
  expect(desk.seen.admitted).toBe(UPLOADS_AT_FIRST)
})

test('P6: of those that wait, the device whose payments are too late first goes first', async () => {
  const desk = open()
  const inside = await fill(desk)
  const order: number[] = []
  const deadlines = [3_000, 1_000, 2_000]
  const waiting = deadlines.map(async (deadlineMs) => {
    const result = await desk.admission.enter(upload(deadlineMs))
    order.push(deadlineMs)
    leave(result)
  })
  leave(inside[0])
  await Promise.all(waiting)
  expect(order).toEqual([1_000, 2_000, 3_000])
})

test('a full line lets in who is more urgent, and sends the least urgent away with a time to come back', async () => {
  const desk = open()
  await fill(desk)
  const line = Array.from({ length: WAITING_MAX }, (_, at) => desk.admission.enter(upload(1_000 + at)))
  await settled()
  expect(await desk.admission.enter(upload(9_000))).toMatchObject({ admitted: false })
  void desk.admission.enter(upload(500))
  expect(await line.at(-1)).toMatchObject({ admitted: false })
  expect(desk.seen.waiting).toBe(WAITING_MAX)
})

test('who has waited a while without a place is told when to come, each one later than the one before', async () => {
  const desk = open()
  await fill(desk)
  const line = Array.from({ length: WAITING_MAX }, () => desk.admission.enter(upload()))
  await settled()
  desk.clock.advance(WAITING_MS_MAX)
  const hints = (await Promise.all(line)).map((result) => (result.admitted ? 0 : result.retryAfterMs))
  expect(hints.toSorted((a, b) => a - b)).toEqual(hints)
  expect(new Set(hints).size).toBeGreaterThan(WAITING_MAX / 2)
  expect(Math.min(...hints)).toBeGreaterThanOrEqual(RETRY_AFTER_MS_MIN)
  expect(Math.max(...hints)).toBeLessThanOrEqual(RETRY_AFTER_MS_MAX)
})

test('P6: who comes behind a long queue is told to come later than behind a short one', async () => {
  const hints = async (pieces: number) => {
    const desk = open()
    const inside = await fill(desk)
    desk.clock.advance(500)
    leave(inside[0])
    await desk.admission.enter(upload())
    const line = Array.from({ length: WAITING_MAX }, () => desk.admission.enter(upload(0, pieces)))
    await settled()
    desk.clock.advance(WAITING_MS_MAX)
    return (await Promise.all(line)).map((result) => (result.admitted ? 0 : result.retryAfterMs))
  }
  const [short, long] = [await hints(1), await hints(8)]
  expect(long.at(-1)).toBeGreaterThan(2 * (short.at(-1) ?? 0))
})

test('hints are jittered, and never beyond their bounds', async () => {
  for (const share of [0, 0.999]) {
    const desk = open(() => share)
    await fill(desk)
    const line = Array.from({ length: 200 }, () => desk.admission.enter(upload()))
    await settled()
    desk.clock.advance(WAITING_MS_MAX)
    for (const result of await Promise.all(line)) {
      if (result.admitted) continue
      expect(result.retryAfterMs).toBeGreaterThanOrEqual(RETRY_AFTER_MS_MIN)
      expect(result.retryAfterMs).toBeLessThanOrEqual(RETRY_AFTER_MS_MAX)
    }
  }
})

test('a device has one upload at a time: its repeat is sent away while the first is still worked on', async () => {
  const desk = open()
  const mine = upload()
  const first = await desk.admission.enter(mine)
  expect(await desk.admission.enter(mine)).toEqual({ admitted: false, retryAfterMs: RETRY_AFTER_MS_MIN })
  leave(first)
  expect(await desk.admission.enter(mine)).toMatchObject({ admitted: true })
})

/** One live request that takes so long, beside whatever else there is. */
async function live({ admission, clock }: ReturnType<typeof open>, tookMs: number): Promise<void> {
  await admission.live(() => {
    clock.advance(tookMs)
    return Promise.resolve()
  })
}

test('live sales never wait, also while every place is taken', async () => {
  const desk = open()
  await fill(desk)
  await expect(desk.admission.live(() => Promise.resolve('answered'))).resolves.toBe('answered')
})

test('live sales that take more than twice what they take alone halve the places; good ones give them back', async () => {
  const desk = open()
  for (let at = 0; at < 20; at += 1) await live(desk, 30)
  await fill(desk)
  await live(desk, 70)
  expect(desk.seen.limit).toBe(1)
  for (let at = 0; at < GOODS_PER_PIECE; at += 1) await live(desk, 55)
  expect(desk.seen.limit).toBe(2)
})

test('what is slow by itself is no fault of the uploads', async () => {
  const desk = open()
  for (let at = 0; at < 20; at += 1) await live(desk, 400)
  await fill(desk)
  for (let at = 0; at < UPLOADS_MAX ** 2 * GOODS_PER_PIECE; at += 1) await live(desk, 500)
  expect(desk.seen.limit).toBe(UPLOADS_MAX)
})

test('where one upload at a time is still too much, a pause comes between two', async () => {
  const desk = open()
  const [first, second] = await fill(desk)
  await live(desk, 300)
  await live(desk, 300)
  expect(desk.seen.limit).toBe(1)
  leave(first)
  leave(second)
  let entered: Admitted | null = null
  void desk.admission.enter(upload()).then((result) => (entered = result))
  await settled()
  expect(entered).toBeNull()
  desk.clock.advance(GAP_MS_MIN)
  await settled()
  expect(entered).toMatchObject({ admitted: true })
})

test('P6: while nobody sells, uploads grow by themselves to all the places', async () => {
  const desk = open()
  const busy = async (): Promise<void> => {
    const entered = await desk.admission.enter(upload())
    if (!entered.admitted) return
    await settled()
    desk.clock.advance(100)
    entered.leave()
  }
  for (let turn = 0; turn < 60; turn += 1) await Promise.all(Array.from({ length: 8 }, busy))
  expect(desk.seen.limit).toBe(UPLOADS_MAX)
})
