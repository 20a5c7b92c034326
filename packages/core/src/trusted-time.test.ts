import { expect, test } from 'vitest'
import { markContact, NO_TIME_MARK, raiseMark, trustedNowMs } from './trusted-time.ts'

const base = { wallMs: 1_000, monotonicMs: 50 }

test('before the first contact the wall is all there is', () => {
  expect(trustedNowMs(NO_TIME_MARK, base, { wallMs: 1_200, monotonicMs: 250 })).toBe(1_200)
})

test('a wall that is set back does not bring time back: it goes on from what was seen', () => {
  const mark = raiseMark(NO_TIME_MARK, 5_000)
  expect(trustedNowMs(mark, base, { wallMs: 0, monotonicMs: 50 })).toBe(5_000)
  expect(trustedNowMs(mark, base, { wallMs: 0, monotonicMs: 80 })).toBe(5_030)
})

test('a wall that is set forward is believed, and what it made past stays past', () => {
  const forward = trustedNowMs(NO_TIME_MARK, base, { wallMs: 9_000, monotonicMs: 60 })
  expect(forward).toBe(9_000)
  const mark = raiseMark(NO_TIME_MARK, forward)
  expect(trustedNowMs(mark, { wallMs: 1_100, monotonicMs: 60 }, { wallMs: 1_100, monotonicMs: 60 })).toBe(
    9_000,
  )
})

test('only the gateway lowers it, and from then on its offset corrects the wall', () => {
  const mark = markContact(4_000, { wallMs: 9_000, monotonicMs: 70 })
  expect(mark).toEqual({ highWaterMs: 4_000, offsetMs: -5_000, contactMs: 4_000 })
  const contact = { wallMs: 9_000, monotonicMs: 70 }
  expect(trustedNowMs(mark, contact, { wallMs: 9_100, monotonicMs: 170 })).toBe(4_100)
  expect(trustedNowMs(mark, contact, { wallMs: 2_000, monotonicMs: 270 })).toBe(4_200)
})

test('a monotonic clock that seems to go back, as after a restart, adds nothing', () => {
  expect(trustedNowMs(raiseMark(NO_TIME_MARK, 5_000), base, { wallMs: 0, monotonicMs: 0 })).toBe(5_000)
})

test('a mark is never lowered by an append', () => {
  const mark = raiseMark(NO_TIME_MARK, 5_000)
  expect(raiseMark(mark, 4_999)).toBe(mark)
  expect(raiseMark(mark, 5_001)).toEqual({ ...mark, highWaterMs: 5_001 })
})
