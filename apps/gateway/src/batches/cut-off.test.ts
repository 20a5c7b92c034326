import { expect, test } from 'vitest'
import { nextCutOffMs } from './cut-off.ts'

const at = (iso: string) => Date.parse(iso)
const next = (iso: string, timeZone: string, cutOffMin: number) =>
  new Date(nextCutOffMs(at(iso), { timeZone, cutOffMin })).toISOString()

test.each([
  ['an ordinary day', '2027-01-10T12:00:00Z', 'Europe/Paris', 180, '2027-01-11T02:00:00.000Z'],
  [
    'at the very moment: the next day',
    '2027-01-11T02:00:00Z',
    'Europe/Paris',
    180,
    '2027-01-12T02:00:00.000Z',
  ],
  ['shortly before', '2027-01-11T01:59:59Z', 'Europe/Paris', 180, '2027-01-11T02:00:00.000Z'],
  ['the day of 23 hours', '2027-03-27T12:00:00Z', 'Europe/Paris', 180, '2027-03-28T01:00:00.000Z'],
  [
    'skipped that day: an hour later',
    '2027-03-27T12:00:00Z',
    'Europe/Paris',
    150,
    '2027-03-28T01:30:00.000Z',
  ],
  ['the day of 25 hours', '2027-10-30T12:00:00Z', 'Europe/Paris', 180, '2027-10-31T02:00:00.000Z'],
  ['twice that day: the first', '2027-10-30T12:00:00Z', 'Europe/Paris', 150, '2027-10-31T00:30:00.000Z'],
  ['… and not the second as well', '2027-10-31T00:30:00Z', 'Europe/Paris', 150, '2027-11-01T01:30:00.000Z'],
  ['far in the east', '2027-01-10T12:00:00Z', 'Pacific/Auckland', 0, '2027-01-11T11:00:00.000Z'],
  ['far in the west', '2027-01-10T12:00:00Z', 'Pacific/Honolulu', 1_439, '2027-01-11T09:59:00.000Z'],
])('the next cut-off: %s', (_what, from, timeZone, cutOffMin, expected) => {
  expect(next(from, timeZone, cutOffMin)).toBe(expected)
})
