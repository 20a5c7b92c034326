import { errorTable } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { sampleLease } from '../test-support/sample-lease.ts'
import { scriptedDriver, scriptedReachable } from '../test-support/scripted-driver.ts'
import { READER_ID } from '../test-support/scripted-reader.ts'
import { goOffline, openSale, openWorld, sell } from '../test-support/world.ts'

const OTHER = { readerId: 'rdr_000000000000000000000002', serialNumber: 'S-2', model: 'scripted' }
const DAY_MS = 86_400_000

test('readers are found over every driver, also when one of them fails, and matched with those of the lease', async () => {
  const broken = { name: 'broken', discover: () => Promise.reject(new Error('no Bluetooth')) }
  const world = await openWorld({ readerDrivers: [broken, scriptedDriver(scriptedReachable({}))] })
  expect(world.terminal.availableReaders()).toMatchObject([{ readerId: READER_ID, inReach: false }])
  const found = await world.terminal.discoverReaders()
  expect(found).toMatchObject([{ info: { serialNumber: 'S-1' }, offlineRefusal: null }])
  expect(world.terminal.availableReaders()).toMatchObject([{ readerId: READER_ID, inReach: true }])
  await world.terminal.close()
})

test('MP3: a new reader is refused offline, connects online, and from then on connects offline too', async () => {
  const other = scriptedReachable(OTHER)
  const world = await openWorld({ readerDrivers: [scriptedDriver(other)] })
  expect(await world.terminal.discoverReaders()).toMatchObject([{ offlineRefusal: 'reader_new_offline' }])
  await goOffline(world)
  expect(await world.terminal.connectReader('S-2')).toEqual({ status: 'refused', code: 'reader_new_offline' })
  expect(other.connections).toEqual([])
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  expect(await world.terminal.connectReader('S-2')).toMatchObject({
    status: 'connected',
    reader: { serialNumber: 'S-2' },
  })
  expect(await world.terminal.disconnectReader()).toEqual({ status: 'disconnected' })
  const { lease } = world.gateway
  const [listed] = lease.readers
  const issuedAtMs = Math.trunc(world.clock.wallMs())
  const readers = [listed!, { ...listed!, reader: OTHER.readerId }]
  world.gateway.lease = { ...lease, id: `${lease.id.slice(0, -1)}9`, number: 9, issuedAtMs, readers }
  await world.clock.advance(60_000)
  await goOffline(world)
  expect(await world.terminal.connectReader('S-2')).toMatchObject({ status: 'connected' })
  expect((await sell(world)).result).toMatchObject({ status: 'stored' })
  await world.terminal.close()
})

test('MP3: offline a reader that the lease does not name is refused at once, with the remedy, and not when a card is in it', async () => {
  const world = await openWorld({ readerDrivers: [scriptedDriver(scriptedReachable(OTHER))] })
  await world.terminal.discoverReaders()
  expect(await world.terminal.connectReader('S-2')).toMatchObject({ status: 'connected' })
  await world.terminal.disconnectReader()
  expect(await world.terminal.discoverReaders()).toMatchObject([{ offlineRefusal: 'reader_not_in_lease' }])
  await goOffline(world)
  expect(await world.terminal.connectReader('S-2')).toEqual({
    status: 'refused',
    code: 'reader_not_in_lease',
  })
  expect(errorTable.reader_not_in_lease.message).toContain('Connect a reader that the device was set up with')
  await world.terminal.close()
})

test('TM2: a record of 30 days ago does not count any more, and online the reader connects all the same', async () => {
  const other = scriptedReachable({ ...OTHER, model: 'rare' })
  const world = await openWorld({ readerDrivers: [scriptedDriver(other)] })
  await world.terminal.discoverReaders()
  expect(await world.terminal.connectReader('S-2')).toMatchObject({ status: 'connected' })
  world.gateway.fault = () => ({ reached: false, why: 'refused' })
  world.clock.wallOffsetMs += 31 * DAY_MS
  await world.clock.advance(40_000)
  const refused = { status: 'refused', code: 'reader_type_not_seen_online' }
  expect(await world.terminal.connectReader('S-2')).toEqual(refused)
  await world.terminal.close()
})

test('TM2: a type that is known from another location only, and one with old software, are refused by name', async () => {
  const elsewhere = { ...OTHER, model: 'rare' }
  const old = scriptedReachable({ serialNumber: 'S-1' }, { softwareUpdatedMs: 1 })
  const world = await openWorld({
    readerDrivers: [scriptedDriver(scriptedReachable(elsewhere), old)],
    before: (gateway) => {
      const [listed] = gateway.lease.readers
      const moved = { reader: OTHER.readerId, model: 'rare', location: 'loc_000000000000000000000009' }
      gateway.lease = sampleLease({ readers: [{ ...listed!, ...moved }, listed!] })
    },
  })
  await world.terminal.discoverReaders()
  await goOffline(world)
  expect(await world.terminal.connectReader('S-2')).toEqual({
    status: 'refused',
    code: 'reader_location_not_seen_online',
  })
  expect(await world.terminal.connectReader('S-1')).toEqual({
    status: 'refused',
    code: 'reader_software_outdated',
  })
  await world.terminal.close()
})

test('SQ10: a reader whose model is not capable is refused offline', async () => {
  const incapable = scriptedReachable({ ...OTHER, offlineCapable: false })
  const world = await openWorld({ readerDrivers: [scriptedDriver(incapable)] })
  await world.terminal.discoverReaders()
  await goOffline(world)
  expect(await world.terminal.connectReader('S-2')).toEqual({
    status: 'refused',
    code: 'reader_offline_not_capable',
  })
  await world.terminal.close()
})

test('connecting refuses what is not in reach, what does not answer, and while a sale holds the reader', async () => {
  const mute = scriptedReachable(OTHER, { fails: true })
  const world = await openWorld({ readerDrivers: [scriptedDriver(mute, scriptedReachable({}))] })
  expect(await world.terminal.connectReader('S-1')).toEqual({ status: 'refused', code: 'reader_not_found' })
  await world.terminal.discoverReaders()
  expect(await world.terminal.connectReader('S-2')).toEqual({
    status: 'refused',
    code: 'reader_connect_failed',
  })
  const intent = await openSale(world)
  await world.terminal.collectPaymentMethod(intent)
  expect(await world.terminal.connectReader('S-1')).toEqual({ status: 'refused', code: 'reader_busy' })
  expect(await world.terminal.disconnectReader()).toEqual({ status: 'refused', code: 'reader_busy' })
  await world.terminal.close()
})

test('one reader at a time: another one lets the first go, and each change is told once', async () => {
  const first = scriptedReachable({})
  const second = scriptedReachable(OTHER)
  const world = await openWorld({ readerDrivers: [scriptedDriver(first, second)] })
  await world.terminal.discoverReaders()
  world.events.length = 0
  await world.terminal.connectReader('S-1')
  await world.terminal.connectReader('S-2')
  expect(first.connections).toEqual([{ readerId: READER_ID, open: false }])
  expect(second.connections).toEqual([{ readerId: null, open: true }])
  second.lose()
  expect(world.terminal.connectedReader()).toBeNull()
  const told = world.events.flatMap((event) => (event.type === 'readerChanged' ? [event.reader] : []))
  expect(told.map((reader) => reader?.serialNumber ?? null)).toEqual(['S-1', 'S-2', null])
  expect(await world.terminal.disconnectReader()).toEqual({ status: 'refused', code: 'reader_not_connected' })
  expect(await world.terminal.createPaymentIntent({ amountMinor: 1, currency: 'eur' })).toEqual({
    status: 'refused',
    code: 'reader_not_connected',
  })
  await world.terminal.close()
})

test('TM7: a reader with a network and a queue of its own has a status of its own', async () => {
  const ownStatus = {
    networkStatus: 'offline',
    reason: 'internet',
    paymentsCount: 2,
    paymentAmountsByCurrency: { eur: 300 },
    oldestDeadlineMs: 5,
    atRisk: { eur: { count: 2, sumMinor: 300 } },
  } as const
  const smart = scriptedReachable(OTHER, { ownStatus })
  const world = await openWorld({ readerDrivers: [scriptedDriver(smart)] })
  expect(world.terminal.offlineStatus().reader).toBeNull()
  await world.terminal.discoverReaders()
  await world.terminal.connectReader('S-2')
  expect(world.terminal.offlineStatus()).toMatchObject({
    reader: ownStatus,
    sdk: { networkStatus: 'online', paymentsCount: 0 },
  })
  await world.terminal.close()
})
