import { toBase64Url } from '@holdfast/core'
import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import { PRUNE_PERIOD_MS } from '../limits.ts'
import { DEVICE_ID } from '../test-support/plain-lease.ts'
import { reopen } from '../test-support/reopen.ts'
import { gatewayKey } from '../test-support/sample-lease.ts'
import {
  goOffline,
  headOf,
  journalOf,
  memoryStore,
  openSale,
  openWorld,
  sell,
  type World,
} from '../test-support/world.ts'

const DAY_MS = 24 * 3_600_000

/** Days pass; between two of them the device would only ask again and again. */
async function pass({ clock }: World, days: number): Promise<void> {
  clock.wallOffsetMs += days * DAY_MS
  await clock.advance(PRUNE_PERIOD_MS + 60_000)
}
const WELL = { device: DEVICE_ID, generation: 1, receivedSeq: 0, durableSeq: 0, forked: false }

async function tryToSell({ terminal }: World) {
  return terminal.createPaymentIntent({ amountMinor: 100, currency: 'eur' })
}

test('fault 27: a device whose head is behind what the gateway has takes nothing more until it is released', async () => {
  const world = await openWorld()
  world.gateway.standing = { ...WELL, receivedSeq: 500 }
  await world.clock.advance(30_000)
  expect(await tryToSell(world)).toMatchObject({ status: 'refused', code: 'journal_forked' })
  expect(world.terminal.health()).toEqual({ refusal: 'journal_forked', rejected: null, storage: null })
  world.gateway.standing = WELL
  await world.clock.advance(30_000)
  expect(await tryToSell(world)).toMatchObject({ status: 'created' })
})

test('fault 28: the verdict of a fork freezes the device, over restarts, and what it holds is still sent', async () => {
  const store = memoryStore()
  const world = await openWorld({ store: { ...store, close: async () => {} } })
  await goOffline(world)
  await sell(world)
  world.gateway.verdict = (header) =>
    header.kind === 'sale.opened'
      ? { verdict: 'parked', code: 'record_fork' }
      : { verdict: 'received', code: null }
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  expect(await tryToSell(world)).toMatchObject({ code: 'journal_forked' })
  expect(world.gateway.records.size).toBe((await headOf(world)).seq)
  await world.terminal.close()
  const again = await reopen(world, store)
  expect(await tryToSell(again)).toMatchObject({ code: 'journal_forked' })
  world.gateway.standing = { ...WELL, forked: true }
  await again.clock.advance(60_000)
  expect(await tryToSell(again)).toMatchObject({ code: 'journal_forked' })
})

test('what an impostor says of this device moves nothing: neither a freeze nor a deletion', async () => {
  const world = await openWorld()
  await sell(world)
  world.gateway.standing = { ...WELL, device: 'dev_000000000000000000000009', forked: true, durableSeq: 999 }
  await world.clock.advance(30_000)
  expect(await tryToSell(world)).toMatchObject({ status: 'created' })
})

/** A settled payment with something newer behind it: the newest record is what the next one continues, and stays. */
async function withSettled(idempotencyKey = 'order-1'): Promise<World & { id: string }> {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world, { idempotencyKey })
  world.gateway.fault = () => null
  await world.clock.advance(30_000)
  await world.gateway.say({
    payment: intent.paymentId,
    status: 'succeeded',
    amountMinor: 1_000,
    currency: 'eur',
    attempt: null,
    responseCode: '00',
    approvalCode: '123456',
  })
  await world.clock.advance(30_000)
  expect(await world.terminal.payments()).toMatchObject([{ state: 'PROCESSED' }])
  const { paymentId } = await openSale(world)
  await world.terminal.cancelPaymentIntent(paymentId, 'canceled')
  await world.clock.advance(30_000)
  return { ...world, id: intent.paymentId }
}

test('MP12: without a durable word of the gateway a settled payment stays for a week, and goes then', async () => {
  const world = await withSettled()
  world.gateway.standing = WELL
  await pass(world, 6)
  expect(await world.terminal.payment(world.id)).toMatchObject({ state: 'PROCESSED' })
  await pass(world, 2)
  expect(await world.terminal.payment(world.id)).toBeNull()
  expect(await journalOf(world)).toHaveLength(1)
}, 20_000)

test('MP12: what the durable mark covers goes after a day, what it does not cover stays', async () => {
  const world = await withSettled()
  const { seq } = await headOf(world)
  world.gateway.standing = { ...WELL, receivedSeq: seq, durableSeq: 2 }
  await pass(world, 2)
  expect(await world.terminal.payment(world.id)).toMatchObject({ state: 'PROCESSED' })
  world.gateway.standing = { ...WELL, receivedSeq: seq, durableSeq: seq }
  await pass(world, 0)
  expect(await world.terminal.payment(world.id)).toBeNull()
  const after = await headOf(world)
  expect((await journalOf(world)).map((header) => header['seq'])).toEqual([seq])
  expect((await sell(world, { offlineBehavior: 'force_offline' })).result.status).toBe('stored')
  await world.clock.advance(60_000)
  expect((await world.terminal.payments())[0]).toMatchObject({ state: 'UPLOADED' })
  expect((await headOf(world)).seq).toBeGreaterThan(after.seq)
}, 20_000)

test('MP12: the idempotency key of a pruned payment goes with it, also that of a voided one; the others stay', async () => {
  const world = await withSettled()
  const voided = await openSale(world, { idempotencyKey: 'order-2' })
  await world.terminal.cancelPaymentIntent(voided.paymentId, 'canceled')
  const kept = await sell(world, { idempotencyKey: 'order-3', captureMethod: 'manual' })
  await world.clock.advance(30_000)
  const keys = () =>
    Promise.all(['order-1', 'order-2', 'order-3'].map((key) => world.store.value(`sale-key:${key}`)))
  expect(await keys()).toEqual([world.id, voided.paymentId, kept.intent.paymentId])
  const { seq } = await headOf(world)
  world.gateway.standing = { ...WELL, receivedSeq: seq, durableSeq: seq }
  await pass(world, 2)
  expect(await keys()).toEqual([null, null, kept.intent.paymentId])
}, 20_000)

test('P7: a restored gateway is told what is left after pruning, without an alarm over what is not', async () => {
  const world = await withSettled()
  const { seq } = await headOf(world)
  world.gateway.standing = { ...WELL, receivedSeq: seq, durableSeq: seq }
  await pass(world, 2)
  expect(await world.terminal.payment(world.id)).toBeNull()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(60_000)
  world.events.length = 0
  world.gateway.restore()
  world.gateway.standing = { ...WELL, generation: 2, receivedSeq: 0 }
  await world.clock.advance(120_000)
  const payments = [...world.gateway.records.values()].flatMap(({ header }) =>
    header.kind === 'payment.accepted' ? [header.payment] : [],
  )
  expect(payments).toEqual([intent.paymentId])
  expect(world.events.filter(({ type }) => type === 'forwardingError')).toEqual([])
  expect((await headOf(world)).forwardedSeq).toBe((await headOf(world)).seq)
}, 20_000)

test('fault 67: a key that the gateway changed to during the outage is believed once a lease under the old one names it', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  const next = nodeSigningKey(generateNodeKey('ed25519', new Uint8Array(32).fill(21)))
  const named = [next, gatewayKey].map((key) => ({ keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }))
  world.gateway.key = next
  world.gateway.formerKeys = [gatewayKey]
  world.gateway.lease = { ...world.gateway.lease, number: 2, gatewayKeys: named }
  world.gateway.fault = ({ path }) => (path.includes('/feed') ? { reached: false, why: 'refused' } : null)
  await world.clock.advance(60_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'QUEUED' })
  world.gateway.fault = () => null
  await world.clock.advance(180_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
})

test('fault 68: a lease under a key that nobody introduced changes nothing', async () => {
  const world = await openWorld()
  const stranger = nodeSigningKey(generateNodeKey('ed25519', new Uint8Array(32).fill(22)))
  world.gateway.key = stranger
  world.gateway.lease = { ...world.gateway.lease, number: 2, allowed: false }
  await world.clock.advance(60_000)
  expect(world.terminal.settings()?.offlineAllowed).toBe(true)
})

test('fault 69: a revoked device keeps what it stored, says so, and sells offline no longer than its lease', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  const body = JSON.stringify({
    error: { code: 'device_unknown', message: '', retryable: false, doc_url: '' },
  })
  world.gateway.fault = ({ path }) =>
    path.includes('/ping') ? null : { reached: true, status: 401, body, retryAfterMs: null }
  await world.clock.advance(120_000)
  expect(world.terminal.health()).toEqual({ refusal: null, rejected: 'device_unknown', storage: null })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'QUEUED' })
  await pass(world, 31)
  const late = await world.terminal.createPaymentIntent({
    amountMinor: 100,
    currency: 'eur',
    offlineBehavior: 'force_offline',
  })
  expect(late).toMatchObject({ status: 'refused' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'QUEUED' })
}, 20_000)
