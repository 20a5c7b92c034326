import type { ReaderInfo } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import type { KnownReader } from './known-readers.ts'
import { refuseOfflineConnection } from './offline-connection.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_790_000_000_000

const info: ReaderInfo = {
  readerId: 'rdr_a',
  model: 'p1',
  serialNumber: 'A',
  offlineCapable: true,
  entryModes: ['contact'],
}
const seen: KnownReader = {
  readerId: 'rdr_a',
  model: 'p1',
  location: 'loc_here',
  lastOnlineMs: NOW_MS - DAY_MS,
}

function refusal(change: Partial<Parameters<typeof refuseOfflineConnection>[0]>) {
  const usual = {
    info,
    readerId: 'rdr_a',
    softwareUpdatedMs: NOW_MS,
    location: 'loc_here',
    known: [seen],
    listed: true,
  }
  return refuseOfflineConnection({ ...usual, nowMs: NOW_MS, ...change })
}

test('TM2, MP3: a reader that was connected here online, with recent software, connects offline', () => {
  expect(refusal({})).toBeNull()
})

test('TM2: the type of reader must have been online in the last 30 days', () => {
  const aged = (ageMs: number) => [{ ...seen, lastOnlineMs: NOW_MS - ageMs }]
  expect(refusal({ known: aged(30 * DAY_MS) })).toBeNull()
  expect(refusal({ known: aged(30 * DAY_MS + 1) })).toBe('reader_type_not_seen_online')
  expect(refusal({ known: [] })).toBe('reader_type_not_seen_online')
  expect(refusal({ known: [{ ...seen, model: 'p2' }] })).toBe('reader_type_not_seen_online')
})

test('TM2: at this location, not only at another one', () => {
  expect(refusal({ known: [{ ...seen, location: 'loc_there' }] })).toBe('reader_location_not_seen_online')
})

test('TM2: the software of the reader must have been updated in the last 30 days; one without its own is exempt', () => {
  expect(refusal({ softwareUpdatedMs: NOW_MS - 30 * DAY_MS })).toBeNull()
  expect(refusal({ softwareUpdatedMs: NOW_MS - 30 * DAY_MS - 1 })).toBe('reader_software_outdated')
  expect(refusal({ softwareUpdatedMs: null })).toBeNull()
})

test('MP3: a new reader connects online only, also when its type is known here', () => {
  expect(refusal({ readerId: 'rdr_new' })).toBe('reader_new_offline')
})

test('MP3: a reader that the lease does not name could store nothing, so it is refused when it is connected', () => {
  expect(refusal({ listed: false })).toBe('reader_not_in_lease')
  expect(refusal({ listed: false, known: [] })).toBe('reader_type_not_seen_online')
})

test('SQ10: a model that cannot take payments offline is named as the reason before any other', () => {
  expect(refusal({ info: { ...info, offlineCapable: false }, known: [] })).toBe('reader_offline_not_capable')
})
