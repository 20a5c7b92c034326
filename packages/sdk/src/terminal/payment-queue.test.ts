import { expect, test } from 'vitest'
import { goOffline, memoryStore, openWorld, sell, type World } from '../test-support/world.ts'

function outcome(payment: string, change: { status: 'succeeded' | 'declined' | 'canceled'; code?: string }) {
  const { status, code = '00' } = change
  const money = { amountMinor: 1_000, currency: 'eur' } as const
  const approvalCode = status === 'succeeded' ? '654321' : null
  return { payment, status, ...money, attempt: null, responseCode: code, approvalCode }
}

const statusesOf = async ({ terminal }: World) =>
  new Map((await terminal.queue.list()).map(({ id, status }) => [id, status]))

test('MP10, MP11, SQ15: the five statuses, each failure with category, code and detail', async () => {
  const world = await openWorld()
  await goOffline(world)
  const ids: string[] = []
  for (let n = 0; n < 5; n += 1) ids.push((await sell(world)).intent.paymentId)
  const [queued, uploaded, parked, declined, processed] = ids
  expect([...(await statusesOf(world)).values()]).toEqual(ids.map(() => 'QUEUED'))
  world.gateway.fault = () => null
  world.gateway.verdict = (header) => {
    const payment = 'payment' in header ? header.payment : null
    if (payment === queued) return null
    if (payment === parked && header.kind === 'payment.accepted')
      return { verdict: 'parked', code: 'duplicate_suspected' }
    return { verdict: 'received', code: null }
  }
  await world.clock.advance(120_000)
  await world.gateway.say(outcome(declined ?? '', { status: 'declined', code: '51' }))
  await world.gateway.say(outcome(processed ?? '', { status: 'succeeded' }))
  await world.clock.advance(2_000)
  expect(await statusesOf(world)).toEqual(
    new Map([
      [processed, 'PROCESSED'],
      [declined, 'FAILED_TO_PROCESS'],
      [parked, 'FAILED_TO_UPLOAD'],
      [uploaded, 'UPLOADED'],
      [queued, 'QUEUED'],
    ]),
  )
  expect(await world.terminal.queue.get(parked ?? '')).toMatchObject({
    failure: {
      category: 'kept_for_review',
      code: 'duplicate_suspected',
      detail: expect.stringContaining('review'),
    },
  })
  expect(await world.terminal.queue.get(declined ?? '')).toMatchObject({
    failure: { category: 'issuer_declined', code: 'card_declined', detail: expect.stringContaining('51') },
  })
  expect(await world.terminal.queue.list({ statuses: ['FAILED_TO_PROCESS'] })).toMatchObject([
    { id: declined },
  ])
  await world.terminal.close()
})

test('MP9, MP12: localId and id are one from the first moment, before and after the upload', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  const before = await world.terminal.queue.get(intent.paymentId)
  expect(before).toMatchObject({ localId: intent.paymentId, id: intent.paymentId, requiresUpload: true })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  const after = await world.terminal.queue.get(intent.paymentId)
  expect(after).toMatchObject({ localId: before?.localId, id: before?.id, requiresUpload: false })
  await world.terminal.close()
})

test('TM12: the card and receipt details of a stored payment; what only the issuer knows is null until it has decided', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  expect(await world.terminal.queue.get(intent.paymentId)).toMatchObject({
    card: {
      brand: 'visa',
      last4: '4242',
      expMonth: 12,
      cardholderName: null,
      readMethod: 'contact',
      receiptDetails: {
        accountType: null,
        applicationCryptogram: '0011223344556677',
        authorisationCode: null,
        authorisationResponseCode: null,
        cardholderVerificationMethod: 'offline_pin',
        dedicatedFileName: 'A0000000031010',
        terminalVerificationResults: '0000008000',
      },
    },
  })
  world.gateway.fault = () => null
  await world.gateway.say(outcome(intent.paymentId, { status: 'succeeded' }))
  await world.clock.advance(120_000)
  expect(await world.terminal.queue.get(intent.paymentId)).toMatchObject({
    card: { receiptDetails: { authorisationCode: '654321', authorisationResponseCode: '00' } },
  })
  await world.terminal.close()
})

test('MP10: by default the payments of this location only; another one or all by name', async () => {
  const world = await openWorld()
  await goOffline(world)
  const here = (await sell(world)).intent.paymentId
  const there = 'loc_000000000000000000000009'
  const head = await world.store.head()
  const payment = await world.store.payment(here)
  if (head === null || payment === null) throw new Error('the sale is there')
  const moved = { ...payment, paymentId: `${here.slice(0, -1)}~`, location: there }
  const change = { append: [], payments: [moved], verdicts: [], erase: [], values: {} }
  await world.store.commit(head.version, { ...change, head: { ...head, version: head.version + 1 } })
  const { queue } = world.terminal
  expect((await queue.list()).map(({ id }) => id)).toEqual([here])
  expect((await queue.list({ location: there })).map(({ id }) => id)).toEqual([moved.paymentId])
  expect(await queue.list({ location: 'all' })).toHaveLength(2)
  await world.terminal.close()
})

test('MP10: pages go on where the last one ended', async () => {
  const world = await openWorld()
  await goOffline(world)
  const ids: string[] = []
  for (let n = 0; n < 5; n += 1) {
    ids.unshift((await sell(world)).intent.paymentId)
    await world.clock.advance(10)
  }
  const first = await world.terminal.queue.list({ limit: 2 })
  const rest = await world.terminal.queue.list({ limit: 9, beforeId: first[1]?.id ?? '' })
  expect([...first, ...rest].map(({ id }) => id)).toEqual(ids)
  await world.terminal.close()
})

test('MP10: attempts, last error and next try of what waits; a sale behind it has not been tried', async () => {
  const world = await openWorld()
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/records')
      ? { reached: true, status: 503, body: 'busy', retryAfterMs: 30_000 }
      : null
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(100)
  const waiting = await world.terminal.queue.get(intent.paymentId)
  expect(waiting?.forwarding.attempts).toBe(0)
  expect(waiting?.forwarding.nextTryMs).toBeGreaterThan(world.clock.wallMs() + 20_000)
  world.gateway.fault = () => null
  world.gateway.verdict = ({ kind }) =>
    kind === 'payment.accepted' ? null : { verdict: 'received', code: null }
  await world.clock.advance(120_000)
  const tried = await world.terminal.queue.get(intent.paymentId)
  expect(tried?.forwarding.attempts).toBeGreaterThan(1)
  expect(tried?.forwarding.lastError).toMatchObject({
    code: 'service_unavailable',
    detail: 'left out of the receipt',
  })
  world.terminal.setForcedOffline(true)
  expect((await world.terminal.queue.get(intent.paymentId))?.forwarding.nextTryMs).toBeNull()
  await world.terminal.close()
})

test('TM13: forwarding is tried also while the status says offline; flush sends now; then it is safe to power off', async () => {
  const world = await openWorld()
  await goOffline(world)
  await sell(world)
  expect(world.terminal.queue.safeToPowerOff()).toBe(false)
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/ping') ? { reached: false, why: 'refused' } : null
  expect(world.terminal.offlineStatus().networkStatus).toBe('offline')
  await world.clock.until(world.terminal.queue.flush())
  await world.clock.until(world.terminal.queue.flush())
  expect(world.terminal.queue.safeToPowerOff()).toBe(true)
  await world.terminal.close()
})

test('SQ6: the oldest deadline is in sight from the first stored payment to its upload', async () => {
  const world = await openWorld()
  const oldest = () => world.terminal.offlineStatus().sdk.oldestDeadlineMs
  await sell(world)
  expect(oldest()).toBeNull()
  await goOffline(world)
  const first = (await sell(world)).intent.paymentId
  await world.clock.advance(60_000)
  const second = (await sell(world)).intent.paymentId
  const dueMs = async (id: string) => (await world.terminal.queue.get(id))?.uploadByMs
  expect(oldest()).toBe(await dueMs(first))
  await world.terminal.cancelPaymentIntent(first, 'canceled')
  await world.clock.advance(1)
  expect(oldest()).toBe(await dueMs(second))
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(oldest()).toBeNull()
  expect(await dueMs(second)).toBeNull()
  await world.terminal.close()
})

test('a payment that was approved online is not in the queue, and an unenrolled device has none', async () => {
  const world = await openWorld()
  const { intent } = await sell(world)
  expect(await world.terminal.queue.list()).toEqual([])
  expect(await world.terminal.queue.get(intent.paymentId)).toBeNull()
  await world.terminal.close()
  expect(await memoryStore().payments({ limit: 1 })).toEqual([])
})
