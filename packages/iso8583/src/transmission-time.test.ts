import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { transmissionTime } from './transmission-time.ts'

it('writes DE7 as the calendar does, for two centuries', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(Date.UTC(2170, 0, 1)), noInvalidDate: true }),
      (date) => {
        expect(transmissionTime(date.getTime())).toBe(
          date.toISOString().replaceAll(/[-:T]/g, '').slice(4, 14),
        )
      },
    ),
    { numRuns: 2000 },
  )
})

it.each([
  [Date.UTC(2028, 1, 29, 23, 59, 59, 999), '0229235959'],
  [Date.UTC(2100, 2, 1), '0301000000'],
  [Date.UTC(2027, 0, 1), '0101000000'],
])('writes %i as %s', (atMs, text) => {
  expect(transmissionTime(atMs)).toBe(text)
})
