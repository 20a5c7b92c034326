import { expect, test } from 'vitest'
import { nextBusinessDayMs } from './business-day.ts'

test.each([
  ['a Thursday at noon', '2026-11-26T12:00:00Z', '2026-11-27'],
  ['a Friday', '2026-11-27T00:00:00Z', '2026-11-30'],
  ['the moment before midnight', '2026-11-30T23:59:59.999Z', '2026-12-01'],
  ['the day before Good Friday 2027', '2027-03-25T12:00:00Z', '2027-03-30'],
  ['Easter Saturday 2024', '2024-03-30T12:00:00Z', '2024-04-02'],
  ['the day before 1 May 2028', '2028-04-30T12:00:00Z', '2028-05-02'],
  ['Christmas Eve 2026, a Thursday', '2026-12-24T12:00:00Z', '2026-12-28'],
  ['New Year’s Eve 2026, a Thursday', '2026-12-31T23:00:00Z', '2027-01-04'],
  ['the leap day 2028', '2028-02-29T01:00:00Z', '2028-03-01'],
])('the business day after %s', (_name, from, expected) => {
  expect(new Date(nextBusinessDayMs(Date.parse(from))).toISOString().slice(0, 10)).toBe(expected)
})

test('it is never a weekend, never further than five days, and always later', () => {
  const start = Date.parse('2026-01-01T13:00:00Z')
  for (let day = 0; day < 3_660; day += 1) {
    const from = start + day * 86_400_000
    const next = nextBusinessDayMs(from)
    expect([0, 6]).not.toContain(new Date(next).getUTCDay())
    expect(next).toBeGreaterThan(from)
    expect(next - from).toBeLessThanOrEqual(5 * 86_400_000)
  }
})
