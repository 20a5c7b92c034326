import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import * as fc from 'fast-check'
import { nodeCrypto } from '@holdfast/envelope/node'
import { must } from '@holdfast/core'
import { expect, test } from 'vitest'
import {
  memoryStore,
  goOffline,
  headOf,
  journalOf,
  openSale,
  openWorld,
  sell,
  type World,
} from '../test-support/world.ts'
import { PRUNE_PERIOD_MS } from '../limits.ts'
import { reopen } from '../test-support/reopen.ts'
import { ACCOUNT_ID, DEVICE_ID } from '../test-support/plain-lease.ts'
import { importQueue } from './import-queue.ts'
import { exportQueue } from './export-queue.ts'
import { deviceKey } from '../test-support/device-key.ts'

async function withQueue(count = 2): Promise<World> {
  const world = await openWorld()
  await goOffline(world)
  for (let sold = 0; sold < count; sold += 1) await sell(world, { amountMinor: 700 })
  return world
}

async function fileOf(world: World): Promise<string> {
  const exported = await world.terminal.exportQueue()
  if (exported.status !== 'exported') throw new Error(exported.code)
  return exported.text
}

const enrolment = { account: ACCOUNT_ID, mode: 'test' } as const

test('SQ11: the export holds what the gateway has not taken, says so, and shows no card to who carries it', async () => {
  const world = await withQueue()
  const exported = await world.terminal.exportQueue()
  expect(exported).toMatchObject({ status: 'exported', count: 2, sums: { eur: 1_400 }, damagedSeqs: [] })
  const text = await fileOf(world)
  const file = JSON.parse(text)
  expect(file.records.length).toBe(
    (await journalOf(world)).filter(({ kind }) => kind !== 'epoch.started').length,
  )
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  expect(await world.terminal.exportQueue()).toMatchObject({ records: 0, count: 0, sums: {} })
})

test('SQ11: another device forwards an imported file in the name of its owner, once, whatever comes in between', async () => {
  const owner = await withQueue()
  const text = await fileOf(owner)
  const carrier = await openWorld()
  const imported = await carrier.terminal.importQueue(text)
  expect(imported).toMatchObject({ status: 'imported', device: DEVICE_ID, count: 2, sums: { eur: 1_400 } })
  expect(await carrier.terminal.importQueue(text)).toMatchObject({ status: 'imported', fresh: 0 })
  await carrier.clock.advance(60_000)
  const carried = carrier.gateway.batches.filter(({ onBehalfOf }) => onBehalfOf === DEVICE_ID)
  const wires = carried.flatMap(({ records }) => records)
  expect(wires).toEqual(JSON.parse(text).records)
  expect(await carrier.terminal.pending()).toMatchObject({ carried: 0 })
})

/** Another till of the account that has forwarded this file. */
async function carried(text: string): Promise<World> {
  const carrier = await openWorld()
  await carrier.terminal.importQueue(text)
  await carrier.clock.advance(60_000)
  expect(await carrier.terminal.pending()).toMatchObject({ carried: 0 })
  return carrier
}
test('MP12: a carried copy goes when the gateway holds for good what this device wrote after it, and not before', async () => {
  const text = await fileOf(await withQueue())
  const carrier = await carried(text)
  const isHeld = async () => {
    const again = await carrier.terminal.importQueue(text)
    return again.status === 'imported' && again.fresh === 0
  }
  const heard = (await headOf(carrier)).seq
  const standing = { device: DEVICE_ID, generation: 1, receivedSeq: heard, durableSeq: heard, forked: false }
  carrier.gateway.standing = standing
  await carrier.clock.advance(PRUNE_PERIOD_MS + 60_000)
  expect(await isHeld()).toBe(true)
  await sell(carrier)
  await carrier.clock.advance(30_000)
  const { seq } = await headOf(carrier)
  carrier.gateway.standing = { ...standing, receivedSeq: seq, durableSeq: seq }
  await carrier.clock.advance(PRUNE_PERIOD_MS + 60_000)
  expect(await isHeld()).toBe(false)
}, 20_000)

test('MP12: without a durable word a carried copy goes after a week', async () => {
  const text = await fileOf(await withQueue())
  const carrier = await carried(text)
  carrier.clock.wallOffsetMs += 6 * 86_400_000
  await carrier.clock.advance(PRUNE_PERIOD_MS)
  expect(await carrier.terminal.importQueue(text)).toMatchObject({ fresh: 0 })
  carrier.clock.wallOffsetMs += 2 * 86_400_000
  await carrier.clock.advance(PRUNE_PERIOD_MS)
  expect(await carrier.terminal.importQueue(text)).not.toMatchObject({ fresh: 0 })
}, 20_000)

test('P7: a gateway that was restored gets the carried copies again, cards and all', async () => {
  const text = await fileOf(await withQueue())
  const carrier = await carried(text)
  carrier.gateway.batches.length = 0
  carrier.gateway.restore()
  await carrier.clock.advance(120_000)
  const again = carrier.gateway.batches.filter(({ onBehalfOf }) => onBehalfOf === DEVICE_ID)
  expect(again.flatMap(({ records }) => records)).toEqual(JSON.parse(text).records)
}, 20_000)

test('P1: what was imported outlives a restart and a gateway that answers nothing of use', async () => {
  const owner = await withQueue()
  const store = memoryStore()
  const carrier = await openWorld({ store: { ...store, close: async () => {} } })
  carrier.gateway.fault = () => ({
    reached: true,
    status: 200,
    body: '<html>portal</html>',
    retryAfterMs: null,
  })
  await carrier.terminal.importQueue(await fileOf(owner))
  await carrier.clock.advance(120_000)
  expect(await carrier.terminal.pending()).toMatchObject({ carried: expect.any(Number) })
  expect((await carrier.terminal.pending()).carried).toBeGreaterThan(0)
  await carrier.terminal.close()
  const again = await reopen(carrier, store)
  again.gateway.fault = () => null
  await again.clock.advance(120_000)
  expect(await again.terminal.pending()).toMatchObject({ carried: 0 })
})

test('what the gateway keeps for review stays in the copy, with its card, and is told', async () => {
  const owner = await withQueue(1)
  const carrier = await openWorld()
  carrier.gateway.verdict = () => ({ verdict: 'parked', code: 'record_signature_invalid' })
  await carrier.terminal.importQueue(await fileOf(owner))
  await carrier.clock.advance(60_000)
  expect(await must(carrier.store.copies, 'copies').count()).toMatchObject({
    waiting: 0,
    parked: expect.any(Number),
  })
  expect(carrier.events).toContainEqual(
    expect.objectContaining({ type: 'forwardingError', code: 'record_signature_invalid' }),
  )
})

test.each([
  ['another account', { account: 'acct_000000000000000000000009', mode: 'test' }],
  ['another mode', { account: ACCOUNT_ID, mode: 'live' }],
] as const)('faults 24 and 25: a file of %s is refused and nothing of it is taken', async (_what, other) => {
  const owner = await withQueue(1)
  const store = memoryStore()
  const imported = await importQueue({ store, crypto: nodeCrypto, enrolment: other }, await fileOf(owner))
  expect(imported).toEqual({ status: 'refused', code: 'export_foreign' })
  expect(await must(store.copies, 'copies').count()).toEqual({ waiting: 0, parked: 0 })
})

test('TM16: a file that was shortened, reordered or signed by a key that its records do not name is refused', async () => {
  const owner = await withQueue()
  const file = JSON.parse(await fileOf(owner))
  const store = memoryStore()
  const take = (changed: unknown) =>
    importQueue({ store, crypto: nodeCrypto, enrolment }, JSON.stringify(changed))
  const refused = { status: 'refused', code: 'export_malformed' }
  expect(await take({ ...file, records: file.records.slice(1) })).toEqual(refused)
  expect(await take({ ...file, records: file.records.toReversed() })).toEqual(refused)
  expect(await take({ ...file, records: [] })).toEqual(refused)
  expect(await take({ ...file, v: 2 })).toEqual(refused)
  const thief = nodeSigningKey(generateNodeKey('ed25519'))
  const resigned = await exportQueue({ store: owner.store, crypto: nodeCrypto, key: thief, nowMs: 1 })
  expect(await importQueue({ store, crypto: nodeCrypto, enrolment }, resigned?.text ?? '')).toEqual(refused)
  expect(await must(store.copies, 'copies').count()).toEqual({ waiting: 0, parked: 0 })
})

test('a fuzzed file is answered with a code, and nothing in it is taken that its device did not write', async () => {
  const owner = await withQueue(1)
  const text = await fileOf(owner)
  const known = new Set((await owner.store.records({ afterSeq: 0, limit: 999 })).map(({ hash }) => hash))
  const store = memoryStore()
  const copies = must(store.copies, 'copies')
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length - 1),
      fc.nat(40),
      fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('"', '}', ']', '\\u0000', '0', 'null')),
      async (at, cut, put) => {
        const fuzzed = text.slice(0, at) + put + text.slice(at + cut)
        const imported = await importQueue({ store, crypto: nodeCrypto, enrolment }, fuzzed)
        if (imported.status === 'refused')
          expect(['export_malformed', 'export_foreign']).toContain(imported.code)
        for (const { hash } of await copies.waiting('', 999)) expect(known).toContain(hash)
      },
    ),
    { numRuns: 300, seed: 7 },
  )
})

test('MP17: the device is not signed off in silence: it tells what is pending, and takes the number as the answer', async () => {
  const world = await withQueue()
  const refused = await world.terminal.deauthorise()
  expect(refused).toEqual({
    status: 'refused',
    code: 'payments_pending',
    pending: { count: 2, sums: { eur: 1_400 }, voids: 0, carried: 0 },
  })
  expect(await world.terminal.deauthorise({ force: true })).toMatchObject({ code: 'payments_pending' })
  expect(await world.terminal.deauthorise({ force: true, acknowledgedCount: 1 })).toMatchObject({
    status: 'refused',
  })
  expect(await world.terminal.deauthorise({ acknowledgedCount: 2 })).toMatchObject({ status: 'refused' })
  expect(await world.terminal.deauthorise({ force: true, acknowledgedCount: 2 })).toEqual({
    status: 'deauthorised',
  })
  const created = await world.terminal.createPaymentIntent({ amountMinor: 100, currency: 'eur' })
  expect(created).toMatchObject({ status: 'refused', code: 'device_deauthorised' })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect((await world.terminal.payments()).map(({ state }) => state)).toEqual(['UPLOADED', 'UPLOADED'])
})

test('SQ14: with nothing pending the device is signed off at once, and not while a sale is under way', async () => {
  const world = await openWorld()
  const intent = await openSale(world)
  world.reader.absent = true
  const collecting = world.terminal.collectPaymentMethod(intent)
  await world.clock.advance(10)
  expect(await world.terminal.deauthorise()).toEqual({
    status: 'refused',
    code: 'sale_in_progress',
    pending: null,
  })
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  await collecting
  await world.clock.advance(30_000)
  expect(await world.terminal.deauthorise()).toEqual({ status: 'deauthorised' })
})

test('TM3: a reset is guarded, and hands out the file with what was pending', async () => {
  const store = memoryStore()
  const world = await openWorld({ store: { ...store, close: async () => {} } })
  await goOffline(world)
  await sell(world)
  expect(await world.terminal.reset()).toMatchObject({ status: 'refused', code: 'payments_pending' })
  expect(await world.terminal.payments()).toHaveLength(1)
  const done = await world.terminal.reset({ force: true, acknowledgedCount: 1 })
  if (done.status !== 'reset') throw new Error(done.code)
  const again = await reopen(world, store, deviceKey)
  expect(again.terminal.deviceId).toBeNull()
  const carrier = await openWorld()
  expect(await carrier.terminal.importQueue(done.exported ?? '')).toMatchObject({
    status: 'imported',
    count: 1,
  })
})

test('SQ14: a device that changes its place keeps every record with the place and account of its sale', async () => {
  const world = await withQueue(1)
  const moved = { ...world.gateway.lease, number: 2, location: 'loc_000000000000000000000002' }
  world.gateway.lease = {
    ...moved,
    readers: moved.readers.map((reader) => ({ ...reader, location: moved.location })),
  }
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/records') ? { reached: false, why: 'refused' } : null
  await world.clock.advance(60_000)
  await sell(world, { offlineBehavior: 'force_offline' })
  const accepted = (await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')
  expect(accepted.map((header) => header['location'])).toEqual([
    'loc_000000000000000000000001',
    'loc_000000000000000000000002',
  ])
  expect(new Set(accepted.map((header) => header['account']))).toEqual(new Set([ACCOUNT_ID]))
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect((await world.terminal.payments()).map(({ state }) => state)).toEqual(['UPLOADED', 'UPLOADED'])
})
