import { expect, test } from 'vitest'
import { createManualClock } from '../test-support/manual-clock.ts'
import { CUT_PAUSE_MS, GOODS_PER_PIECE, GROW_PAUSE_MS, QUIET_MS } from './admission-limits.ts'
import { BacklogPace } from './backlog-pace.ts'

const ALONE_MS = 40
const GAP_MS_MAX = 70

function begin() {
  const clock = createManualClock()
  const pace = new BacklogPace(clock, { first: 4, max: 6, gapMsMax: GAP_MS_MAX })
  for (let at = 0; at < 20; at += 1) pace.live(ALONE_MS, false)
  const slow = () => {
    pace.live(3 * ALONE_MS, true)
    clock.advance(CUT_PAUSE_MS)
  }
  return { clock, pace, slow }
}

test('P6: each slow live request halves a backlog, down to one at a time with pauses between', () => {
  const { pace, slow } = begin()
  const seen = Array.from({ length: 4 }, () => {
    slow()
    return [pace.limit, pace.gapMs > 0]
  })
  expect(seen).toEqual([
    [2, false],
    [1, false],
    [1, true],
    [1, true],
  ])
  for (let at = 0; at < 20; at += 1) slow()
  expect(pace.gapMs).toBe(GAP_MS_MAX)
})

test('many slow ones at the same moment count once', () => {
  const { pace } = begin()
  for (let at = 0; at < 10; at += 1) pace.live(3 * ALONE_MS, true)
  expect(pace.limit).toBe(2)
})

test('it comes back one by one, and never beyond what it may have', () => {
  const { pace } = begin()
  for (let at = 0; at < 4 * GOODS_PER_PIECE; at += 1) pace.live(ALONE_MS, true)
  expect(pace.limit).toBe(5)
  for (let at = 0; at < 100 * GOODS_PER_PIECE; at += 1) pace.live(ALONE_MS, true)
  expect(pace.limit).toBe(6)
})

test('it never begins with more than it may have', () => {
  expect(new BacklogPace(createManualClock(), { first: 4, max: 3, gapMsMax: GAP_MS_MAX }).limit).toBe(3)
})

test('at night, with no till open, a backlog grows by itself', () => {
  const { clock, pace } = begin()
  pace.done(100, 1)
  expect(pace.limit).toBe(4)
  clock.advance(QUIET_MS)
  for (let at = 0; at < 5; at += 1) {
    pace.done(100, 1)
    clock.advance(GROW_PAUSE_MS)
  }
  expect(pace.limit).toBe(6)
})
