import { expect, test } from 'vitest'
import { nextPayoutMs, type PayoutSchedule } from './payout-schedule.ts'

const at = (text: string) => Date.parse(text)
const next = (from: string, schedule: PayoutSchedule) =>
  new Date(nextPayoutMs(at(from), schedule)).toISOString()

const paris = { atMin: 6 * 60, timeZone: 'Europe/Paris' }

test.each([
  ['before its hour, today', '2026-11-30T04:59:59Z', '2026-11-30T05:00:00.000Z'],
  ['at its hour, tomorrow', '2026-11-30T05:00:00Z', '2026-12-01T05:00:00.000Z'],
  ['over the end of summer time, 25 hours later', '2026-10-24T04:00:00Z', '2026-10-25T05:00:00.000Z'],
])('ST16: daily, %s', (_, from, expected) => {
  expect(next(from, { ...paris, every: 'day' })).toBe(expected)
})

test('ST16: weekly, on its day in that zone, also where the date is another one here', () => {
  expect(next('2026-11-30T12:00:00Z', { ...paris, every: 'week', weekday: 5 })).toBe(
    '2026-12-04T05:00:00.000Z',
  )
  // Monday 08:00 in Auckland is Sunday evening in UTC.
  const auckland = { atMin: 8 * 60, timeZone: 'Pacific/Auckland', every: 'week', weekday: 1 } as const
  expect(next('2026-12-01T00:00:00Z', auckland)).toBe('2026-12-06T19:00:00.000Z')
})
