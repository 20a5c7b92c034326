import type { WireRecord } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import type { JournalStore } from './journal/journal-store.ts'
import { gatewayKey, sampleLease } from './test-support/sample-lease.ts'
import { collectedSale, goOffline, memoryStore, openWorld, sell, type World } from './test-support/world.ts'
import type { TerminalEvent } from './terminal-events.ts'

type Type = TerminalEvent['type']

const of = <Wanted extends Type>({ events }: World, type: Wanted) =>
  events.filter((event): event is Extract<TerminalEvent, { type: Wanted }> => event.type === type)

test('TM4: each stored payment is told stored once, forwarded once, and the queue drained once', async () => {
  const world = await openWorld()
  await goOffline(world)
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) ids.push((await sell(world)).intent.paymentId)
  world.gateway.fault = ({ path }) => (path.startsWith('/device/v1/records') ? 'lost' : null)
  await world.clock.advance(30_000)
  expect(of(world, 'paymentForwarded')).toEqual([])
  world.gateway.fault = () => null
  await world.clock.advance(300_000)
  expect(of(world, 'paymentStored').map(({ payment }) => payment.paymentId)).toEqual(ids)
  const forwarded = of(world, 'paymentForwarded')
  expect(forwarded.map(({ payment }) => payment.paymentId)).toEqual(ids)
  expect(forwarded.every(({ error }) => error === null)).toBe(true)
  expect(of(world, 'queueDrained')).toHaveLength(1)
  await world.terminal.close()
})

test('TM4: after a restore of the gateway everything goes again, and nothing is told twice', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(30_000)
  world.gateway.restore()
  await world.clock.advance(60_000)
  expect([...world.gateway.records.values()].some(({ header }) => header.kind === 'payment.accepted')).toBe(
    true,
  )
  expect(of(world, 'paymentForwarded').map(({ payment }) => payment.paymentId)).toEqual([intent.paymentId])
  await world.terminal.close()
})

test('TM4: a payment that the gateway keeps for review is forwarded with its error, once, and told as a forwarding error', async () => {
  const world = await openWorld()
  world.gateway.verdict = ({ kind }) =>
    kind === 'payment.accepted'
      ? { verdict: 'parked', code: 'duplicate_suspected' }
      : { verdict: 'received', code: null }
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(60_000)
  expect(of(world, 'paymentForwarded')).toMatchObject([
    {
      payment: { paymentId: intent.paymentId, state: 'FAILED_TO_UPLOAD' },
      error: { code: 'duplicate_suspected' },
    },
  ])
  expect(of(world, 'forwardingError')).toMatchObject([
    { code: 'duplicate_suspected', detail: intent.paymentId },
  ])
  await world.terminal.close()
})

test('TM4: a forwarding error of no payment is told once per run of failures', async () => {
  const world = await openWorld()
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/records')
      ? { reached: true, status: 500, body: '', retryAfterMs: null }
      : null
  await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(5_000)
  expect(of(world, 'forwardingError')).toMatchObject([{ code: 'service_unavailable' }])
  await world.terminal.close()
})

test('TM8: a payment that was stored by choice while online is forwarded at once, in the background', async () => {
  const world = await openWorld()
  const { intent, result } = await sell(world, { offlineBehavior: 'force_offline' })
  expect(result).toMatchObject({ status: 'stored', why: 'forced' })
  await world.clock.advance(2_000)
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  await world.terminal.close()
})

test('TM7: the count is of payments stored offline and not yet processed, not of records on their way', async () => {
  const world = await openWorld()
  const counted = () => {
    const { queued, sdk } = world.terminal.offlineStatus()
    return { queued, count: sdk.paymentsCount, sums: sdk.paymentAmountsByCurrency }
  }
  world.gateway.fault = ({ path }) =>
    path === '/device/v1/records' ? { reached: false, why: 'refused' } : null
  expect((await sell(world)).result.status).toBe('approved')
  // The record of an online sale waits; nothing was stored.
  expect(counted()).toEqual({ queued: 1, count: 0, sums: {} })
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.terminal.closeTip(intent.paymentId, { tipMinor: 100, currency: 'eur' })
  expect(counted()).toEqual({ queued: 2, count: 1, sums: { eur: 1_100 } })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  // With the gateway, and the issuer has not answered.
  expect(counted()).toEqual({ queued: 0, count: 1, sums: { eur: 1_100 } })
  const said = { amountMinor: 1_000, currency: 'eur', attempt: null, approvalCode: '123456' } as const
  await world.gateway.say({
    ...said,
    payment: intent.paymentId,
    status: 'succeeded',
    responseCode: '00',
  })
  await world.clock.advance(30_000)
  expect(counted()).toEqual({ queued: 0, count: 0, sums: {} })
  await world.terminal.close()
})

test('TM4: nothing is announced while nothing that a listener sees has changed, and everything is that has', async () => {
  const world = await openWorld()
  const seen = () => {
    const { why: _why, ...status } = world.terminal.offlineStatus()
    return JSON.stringify(status)
  }
  let told = seen()
  const announced: string[] = []
  world.terminal.on((event) => {
    if (event.type !== 'offlineStatusChanged') return
    const { why: _why, ...status } = event.status
    announced.push(JSON.stringify(status))
    told = JSON.stringify(status)
  })
  // Pings change what stands behind the status, not the status.
  await world.clock.advance(20_000)
  expect(announced).toEqual([])
  const steps: (() => Promise<unknown>)[] = [
    () => sell(world),
    () => goOffline(world),
    () => sell(world),
    () => world.clock.advance(30_000),
    () => Promise.resolve(world.terminal.setForcedOffline(true)),
    () => Promise.resolve(world.terminal.setForcedOffline(true)),
    () => Promise.resolve(world.terminal.setForcedOffline(false)),
    () => world.clock.advance(120_000),
  ]
  world.gateway.fault = () => null
  for (const step of steps) {
    await step()
    await world.clock.advance(1_000)
    expect(told).toBe(seen())
  }
  expect(announced.filter((text, at) => text === announced[at - 1])).toEqual([])
  await world.terminal.close()
})

test('TM4: a terminal that was only opened has announced nothing', async () => {
  const world = await openWorld({ enrol: false })
  expect(of(world, 'offlineStatusChanged')).toEqual([])
  await world.terminal.disconnectReader()
  expect(of(world, 'offlineStatusChanged')).toEqual([])
  await world.terminal.close()
})

test('TM4, TM7: the status is told when it changes and only then, with the reason of each part', async () => {
  const world = await openWorld()
  await goOffline(world)
  const told = of(world, 'offlineStatusChanged').map(({ status }) => JSON.stringify(status))
  expect(told.filter((text, at) => text === told[at - 1])).toEqual([])
  expect(world.terminal.offlineStatus().sdk).toMatchObject({ networkStatus: 'offline', reason: 'internet' })
  await sell(world)
  expect(of(world, 'offlineStatusChanged').at(-1)?.status).toMatchObject({
    queued: 1,
    sdk: {
      paymentsCount: 1,
      paymentAmountsByCurrency: { eur: 1_000 },
      atRisk: { eur: { count: 1, sumMinor: 1_000 } },
    },
    reader: null,
  })
  world.terminal.setForcedOffline(true)
  expect(world.terminal.offlineStatus().sdk).toMatchObject({ networkStatus: 'offline', reason: 'forced' })
  world.gateway.fault = () => null
  world.terminal.setForcedOffline(false)
  await world.clock.advance(60_000)
  expect(world.terminal.offlineStatus().sdk).toMatchObject({
    networkStatus: 'online',
    reason: null,
    paymentsCount: 1,
    paymentAmountsByCurrency: { eur: 1_000 },
    atRisk: { eur: { count: 1, sumMinor: 1_000 } },
  })
  await world.terminal.close()
})

test('a newer lease is told once, and an older one never', async () => {
  const world = await openWorld()
  world.events.length = 0
  world.gateway.lease = sampleLease({ number: 2, accountName: 'Bistro' })
  await world.clock.advance(60_000)
  world.gateway.lease = sampleLease({ number: 1 })
  await world.clock.advance(60_000)
  expect(of(world, 'leaseChanged')).toHaveLength(1)
  expect(world.terminal.settings()?.accountName).toBe('Bistro')
  expect(gatewayKey.keyId).not.toBe('')
  await world.terminal.close()
})

test('MP7, MP16: the card entry methods follow the network, the lease and the reader; keyed entry is never offline', async () => {
  const world = await openWorld()
  const { terminal, reader } = world
  reader.info = { ...reader.info, entryModes: ['contact', 'contactless', 'magnetic_stripe', 'keyed'] }
  expect(terminal.availableCardEntryMethods()).toEqual(reader.info.entryModes)
  await goOffline(world)
  expect(terminal.availableCardEntryMethods()).toEqual(['contact', 'contactless'])
  expect(of(world, 'cardEntryMethodsChanged').at(-1)).toMatchObject({ methods: ['contact', 'contactless'] })
  await terminal.disconnectReader()
  expect(of(world, 'cardEntryMethodsChanged').at(-1)).toMatchObject({ methods: [] })
  const told = of(world, 'cardEntryMethodsChanged').map(({ methods }) => methods.join())
  expect(told.filter((text, at) => text === told[at - 1])).toEqual([])
  await terminal.close()
})

test('MP4, MP7: where offline is not allowed, no card entry method is offered offline and the limits are null', async () => {
  const world = await openWorld({
    before: (gateway) => (gateway.lease = sampleLease({ allowed: false })),
  })
  await goOffline(world)
  expect(world.terminal.availableCardEntryMethods()).toEqual([])
  expect(world.terminal.paymentSettings()).toMatchObject({
    isOfflineProcessingAllowed: false,
    offlineTransactionAmountLimit: null,
    offlineTotalStoredAmountLimit: null,
    acceptUntilMs: null,
  })
  await world.terminal.close()
})

test('MP4, MP5, MP6, SQ4, SQ5, SQ6, TA5: the payment settings are the limits and windows of the lease, with the countdown', async () => {
  const world = await openWorld()
  expect(world.terminal.paymentSettings()).toEqual({
    isOfflineProcessingAllowed: true,
    offlineKinds: ['deferred', 'card_approved'],
    offlineTransactionAmountLimit: { eur: 10_000 },
    offlineTotalStoredAmountLimit: { eur: 100_000 },
    offlineStoredCountLimit: 1_000,
    acceptanceWindowMs: 86_400_000,
    acceptanceAnchor: 'last_contact',
    acceptUntilMs: (world.terminal.offlineStatus().lastContactMs ?? 0) + 86_400_000,
    uploadWindowMs: 259_200_000,
    leaseExpiresAtMs: sampleLease().expiresAtMs,
  })
  await world.terminal.close()
})

test('MP8, TM6: the behaviour can be chosen at create and again at confirm, and the later word counts', async () => {
  const world = await openWorld()
  const forced = await collectedSale(world)
  const stored = await world.clock.until(
    world.terminal.confirmPaymentIntent(forced, { offlineBehavior: 'force_offline' }),
  )
  expect(stored.value).toMatchObject({ status: 'stored', why: 'forced' })
  await goOffline(world)
  const required = await collectedSale(world, { offlineBehavior: 'prefer_online' })
  const refused = await world.clock.until(
    world.terminal.confirmPaymentIntent(required, { offlineBehavior: 'require_online' }),
  )
  expect(refused.value).toEqual({ status: 'refused', code: 'offline_required_online' })
  await world.terminal.close()
})

test('MP2, TM5: created and confirmed offline, in test mode: the id is there from the create on and is never another', async () => {
  const world = await openWorld()
  await goOffline(world)
  const intent = await collectedSale(world, { reference: 'order-7' })
  expect(intent.paymentId).toMatch(/^pi_[0-9A-Za-z]{24}$/)
  const { value } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value).toMatchObject({ status: 'stored', paymentId: intent.paymentId })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  const sent = [...world.gateway.records.values()].find(({ header }) => header.kind === 'payment.accepted')
  expect(sent?.header).toMatchObject({ payment: intent.paymentId, reference: 'order-7', mode: 'test' })
  await world.terminal.close()
})

test('TM16: a record that was tampered with on the device is detected, shown with the reason, and holds up no other', async () => {
  const disk = memoryStore()
  let tampered = 'nothing yet'
  const store: JournalStore = {
    ...disk,
    async records(query) {
      const rows = await disk.records(query)
      return rows.map((row) =>
        row.wire.header.includes(tampered) ? { ...row, wire: cheaper(row.wire) } : row,
      )
    },
  }
  const world = await openWorld({ store })
  await goOffline(world)
  const first = (await sell(world)).intent.paymentId
  const second = (await sell(world)).intent.paymentId
  tampered = `"payment.accepted","sale":"${(await world.store.payment(first))?.saleId}"`
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(await world.terminal.queue.get(first)).toMatchObject({
    status: 'FAILED_TO_UPLOAD',
    failure: {
      category: 'kept_for_review',
      code: expect.stringMatching(/^record_(corrupt|signature_invalid)$/),
    },
  })
  expect(await world.terminal.queue.get(second)).toMatchObject({ status: 'UPLOADED', failure: null })
  await world.terminal.close()
})

/** The same record about a tenth of the amount. */
function cheaper(wire: WireRecord): WireRecord {
  return { ...wire, header: wire.header.replace('"amountMinor":1000', '"amountMinor":100') }
}

test('TM11: online at create and offline at confirm, or the other way round, is one sale with one id', async () => {
  const world = await openWorld()
  const before = await collectedSale(world)
  await goOffline(world)
  const stored = await world.clock.until(world.terminal.confirmPaymentIntent(before))
  expect(stored.value).toMatchObject({ status: 'stored', paymentId: before.paymentId })
  const during = await collectedSale(world)
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  const approved = await world.clock.until(world.terminal.confirmPaymentIntent(during))
  expect(approved.value).toMatchObject({ status: 'approved', paymentId: during.paymentId })
  await world.terminal.close()
})

test('MP16: an idempotency key opens one sale: in hand it answers it again, later and after a restart it names it', async () => {
  const world = await openWorld()
  const open = (amountMinor = 1_000) =>
    world.terminal.createPaymentIntent({ amountMinor, currency: 'eur', idempotencyKey: 'order-7' })
  const [first, again] = await Promise.all([open(), open()])
  expect(again).toEqual(first)
  expect(first.status).toBe('created')
  if (first.status !== 'created') return
  const { paymentId } = first.intent
  const reused = { status: 'refused', code: 'idempotency_key_reused', paymentId }
  expect(await open(999)).toEqual(reused)
  await world.terminal.collectPaymentMethod(first.intent)
  await world.clock.until(world.terminal.confirmPaymentIntent(first.intent))
  expect(await open()).toEqual(reused)
  expect(await world.store.value('sale-key:order-7')).toBe(paymentId)
  await world.terminal.close()
})

test('SQ14, MP14: the records keep the location of their sale when the device is moved with a full queue', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  const before = world.terminal.settings()?.locationId
  world.gateway.lease = sampleLease({ number: 2, location: 'loc_000000000000000000000009' })
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/records') ? { reached: false, why: 'reset' } : null
  await world.clock.advance(60_000)
  expect(world.terminal.settings()?.locationId).toBe('loc_000000000000000000000009')
  expect(await world.terminal.queue.list()).toEqual([])
  expect(await world.terminal.queue.list({ location: before ?? '' })).toMatchObject([
    { id: intent.paymentId, locationId: before },
  ])
  await world.terminal.close()
})
