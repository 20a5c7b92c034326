import { addStored, atRisk, must, NO_EXPOSURE, tallyOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import { isAtRisk } from '../journal/payment-parts.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import { createTerminal } from './terminal.ts'
import { deviceKey } from '../test-support/device-key.ts'
import { dieAt } from '../test-support/dying-store.ts'
import {
  goOffline,
  headOf,
  journalOf,
  memoryStore,
  openSale,
  openWorld,
  sell,
} from '../test-support/world.ts'

test('an online sale is approved, and every step of it stands in the journal in order', async () => {
  const world = await openWorld()
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'approved', approvalCode: '123456' })
  const kinds = (await journalOf(world)).map(({ kind }) => kind)
  expect(kinds).toEqual([
    'epoch.started',
    'sale.opened',
    'attempt.started',
    'attempt.concluded',
    'payment.accepted',
  ])
  await world.clock.advance(1_000)
  expect(world.gateway.records.size).toBe(5)
  expect((await headOf(world)).forwardedSeq).toBe(5)
  await world.terminal.close()
})

test('MP9, MP11: a stored payment has its final id at once, and goes through its states when the network is back', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { result, intent } = await sell(world)
  expect(result).toMatchObject({
    status: 'stored',
    kind: 'deferred',
    why: 'internet',
    paymentId: intent.paymentId,
  })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'QUEUED' })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  expect(world.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['offlineStatusChanged', 'paymentStored', 'paymentForwarded', 'queueDrained']),
  )
  await world.terminal.close()
})

test.each([
  [{ amountMinor: 0 }, 'amount_invalid'],
  [{ amountMinor: 10.5 }, 'amount_invalid'],
  [{ amountMinor: Number.NaN }, 'amount_invalid'],
  [{ currency: 'usd' as const }, 'currency_invalid'],
  [{ reference: 'x'.repeat(201) }, 'parameter_invalid'],
])('a sale with %j is refused by name and leaves no trace', async (change, code) => {
  const world = await openWorld()
  const before = await journalOf(world)
  const created = await world.terminal.createPaymentIntent({ amountMinor: 100, currency: 'eur', ...change })
  expect(created).toEqual({ status: 'refused', code })
  expect(await journalOf(world)).toEqual(before)
  await world.terminal.close()
})

test('the last sale is in sight until it is decided: not safe to power off in between', async () => {
  const world = await openWorld()
  expect(world.terminal.offlineStatus().safeToPowerOff).toBe(true)
  world.gateway.issuer = [{ result: 'pending' }]
  const selling = sell(world)
  await world.clock.advance(3_000)
  expect(world.terminal.offlineStatus().safeToPowerOff).toBe(false)
  await world.clock.until(selling)
  await world.terminal.close()
})

test('a listener that throws stops neither the sale nor the other listeners', async () => {
  const world = await openWorld()
  const off = world.terminal.on(() => {
    throw new Error('a bug of the till')
  })
  expect((await sell(world)).result.status).toBe('approved')
  expect(world.events.some(({ type }) => type === 'paymentChanged')).toBe(true)
  off()
  await world.terminal.close()
})

test('an unusually long text of the till is kept out of the journal before it can hurt', async () => {
  const world = await openWorld()
  const { paymentId } = await openSale(world, { reference: '🎴'.repeat(100), operator: '"\\\n' })
  const opened = (await journalOf(world)).at(-1)
  expect(opened).toMatchObject({ payment: paymentId, operator: '"\\\n' })
  await world.terminal.close()
})

test('P1, P2: exhaustively, a power cut at any step of any sale loses nothing that was shown and leaves nothing open', async () => {
  let steps = 0
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      steps += 1
      const store = memoryStore()
      const shown: { paymentId: string; status: string }[] = []
      const died = await dieAt(store, { at, when }, (dying) => workday(dying, shown))
      await check(store, shown)
      if (!died) break
    }
  }
  expect(steps).toBeGreaterThan(100)
}, 60_000)

async function workday(store: JournalStore, shown: { paymentId: string; status: string }[]): Promise<void> {
  const world = await openWorld({ store })
  const declined = { result: 'declined', responseCode: '05' } as const
  const approved = { result: 'approved', responseCode: '00', approvalCode: '1' } as const
  world.gateway.issuer = [approved, declined, approved]
  for (const offlineBehavior of ['prefer_online', 'force_offline', 'prefer_online'] as const) {
    const { intent, result } = await sell(world, { offlineBehavior })
    shown.push({ paymentId: intent.paymentId, status: result.status })
    if (result.status !== 'declined') continue
    const voided = await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
    shown.push({ paymentId: intent.paymentId, status: voided.status })
  }
  await world.terminal.close()
}

async function check(
  store: JournalStore,
  shown: readonly { paymentId: string; status: string }[],
): Promise<void> {
  const world = { store, clock: null }
  if ((await store.head()) === null) {
    expect(shown).toEqual([])
    return
  }
  const terminal = await createTerminal({
    store,
    crypto: nodeCrypto,
    key: deviceKey,
    clock: idleClock,
    network: { request: () => new Promise(() => {}) },
    app: 'after the power cut',
    storeName: 'sqlite',
  })
  for (const { paymentId, status } of shown) {
    const payment = must(await terminal.payment(paymentId), 'what was shown is there')
    expect(LEFT_AS[status]).toContain(payment.state)
  }
  const payments = await terminal.payments()
  expect(payments.filter(({ state }) => state === 'OPEN')).toEqual([])
  const waiting = payments.filter(isAtRisk)
  const exposure = waiting.reduce(
    (sum, { offlineKind, money }) => addStored(sum, offlineKind, money, 0),
    NO_EXPOSURE,
  )
  const head = await headOf(world)
  expect(tallyOf(atRisk(head.exposure), 'eur')).toEqual(tallyOf(atRisk(exposure), 'eur'))
  expect(tallyOf(head.exposure.reserved, 'eur')).toEqual({ count: 0, sumMinor: 0 })
  const accepted = (await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')
  expect(new Set(accepted.map(({ payment }) => payment)).size).toBe(accepted.length)
}

const LEFT_AS: Readonly<Record<string, readonly string[]>> = {
  approved: ['ACCEPTED_ONLINE'],
  stored: ['QUEUED', 'UPLOADED'],
  declined: ['VOIDED'],
  voided: ['VOIDED'],
}

const idleClock = {
  bootId: 'boot-2',
  wallMs: () => 1_790_000_100_000,
  monotonicMs: () => 0,
  utcOffsetMin: () => 0,
  timer: () => () => {},
}
