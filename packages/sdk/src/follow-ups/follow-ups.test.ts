import { atRisk, tallyOf } from '@holdfast/core'
import { expect, test } from 'vitest'
import { goOffline, headOf, journalOf, openSale, openWorld, sell, type World } from '../test-support/world.ts'

const EUR = 'eur' as const

/** A sale of 10.00 that waits on the device. */
async function storedSale(world: World, input: Parameters<typeof sell>[1] = {}): Promise<string> {
  await goOffline(world)
  const { intent, result } = await sell(world, input)
  expect(result.status).toBe('stored')
  return intent.paymentId
}

const stored = async (world: World) => tallyOf(atRisk((await headOf(world)).exposure), EUR)
const kindsOf = async (world: World) => (await journalOf(world)).map(({ kind }) => kind)

test('TM9: a tip is written in after the sale, raises what is held, and is replaced by a later one', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world)
  const closed = await world.terminal.closeTip(paymentId, { tipMinor: 200, currency: EUR })
  expect(closed).toMatchObject({ status: 'closed', payment: { followUps: { tip: { tipMinor: 200 } } } })
  expect(await stored(world)).toEqual({ count: 1, sumMinor: 1_200 })
  await world.terminal.closeTip(paymentId, { tipMinor: 200, currency: EUR })
  await world.terminal.closeTip(paymentId, { tipMinor: 50, currency: EUR })
  expect(await stored(world)).toEqual({ count: 1, sumMinor: 1_050 })
  const tips = (await journalOf(world)).filter(({ kind }) => kind === 'tip.closed')
  expect(tips.map(({ tipMinor }) => tipMinor)).toEqual([200, 50])
  expect(await world.terminal.queue.get(paymentId)).toMatchObject({ tipMinor: 50, totalMinor: 1_050 })
  await world.terminal.close()
})

test('SQ17: a tip that is chosen before the card is part of the sale, in its records, on its receipt and in the limits', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world, { amountMinor: 1_200, tipMinor: 200 })
  expect(await stored(world)).toEqual({ count: 1, sumMinor: 1_200 })
  const tips = (await journalOf(world)).filter((record) => 'tipMinor' in record)
  expect(tips.map(({ kind, tipMinor }) => [kind, tipMinor])).toEqual([
    ['sale.opened', 200],
    ['payment.accepted', 200],
  ])
  expect(await world.terminal.queue.get(paymentId)).toMatchObject({ tipMinor: 200, totalMinor: 1_200 })
  for (const tipMinor of [-1, 0.5, 1_200])
    expect(await world.terminal.createPaymentIntent({ amountMinor: 1_200, tipMinor, currency: EUR })).toEqual(
      { status: 'refused', code: 'amount_invalid' },
    )
  await world.terminal.close()
})

test('a tip that would break a limit is refused by the name of the limit, and nothing changes', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world)
  for (let n = 0; n < 9; n += 1) await sell(world, { amountMinor: 10_000 })
  const tip = (tipMinor: number) => world.terminal.closeTip(paymentId, { tipMinor, currency: EUR })
  expect(await tip(9_001)).toEqual({ status: 'refused', code: 'offline_amount_above_limit' })
  expect(await tip(9_000)).toMatchObject({ status: 'closed' })
  expect(await stored(world)).toEqual({ count: 10, sumMinor: 100_000 })
  await tip(0)
  await sell(world, { amountMinor: 9_000 })
  expect(await tip(1)).toEqual({ status: 'refused', code: 'offline_stored_total_above_limit' })
  expect(await stored(world)).toEqual({ count: 11, sumMinor: 100_000 })
  await world.terminal.close()
})

test('a tip counts against the totals of the device and of its card, and is refused by the name of the limit', async () => {
  const world = await openWorld({
    before: (gateway) => {
      const deviceTotals = { storedTotalMinor: { eur: 2_500 }, storedCount: 9 }
      const perCard = { windowMs: 3_600_000, count: 5, sumMinor: { eur: 2_200 } }
      gateway.lease = { ...gateway.lease, deviceTotals, perCard }
    },
  })
  const first = await storedSale(world)
  await sell(world)
  const tip = (tipMinor: number) => world.terminal.closeTip(first, { tipMinor, currency: EUR })
  expect(await tip(501)).toEqual({ status: 'refused', code: 'offline_device_total_above_limit' })
  expect(await tip(201)).toEqual({ status: 'refused', code: 'offline_card_total_above_limit' })
  expect(await tip(200)).toMatchObject({ status: 'closed' })
  // The next sale with this card meets the tip too.
  expect((await sell(world, { amountMinor: 1 })).result).toEqual({
    status: 'refused',
    code: 'offline_card_total_above_limit',
  })
  expect(await tip(199)).toMatchObject({ status: 'closed' })
  expect((await sell(world, { amountMinor: 1 })).result).toMatchObject({ status: 'stored' })
  await world.clock.advance(3_600_000)
  expect(await tip(400)).toMatchObject({ status: 'closed' })
  await world.terminal.close()
})

test.each([
  [{ tipMinor: -1, currency: EUR }, 'amount_invalid'],
  [{ tipMinor: 1.5, currency: EUR }, 'amount_invalid'],
  [{ tipMinor: 999_999_999_999, currency: EUR }, 'amount_invalid'],
  [{ tipMinor: 1, currency: 'usd' as const }, 'currency_mismatch'],
])('a tip of %j is refused', async (tip, code) => {
  const world = await openWorld()
  const paymentId = await storedSale(world)
  expect(await world.terminal.closeTip(paymentId, tip)).toEqual({ status: 'refused', code })
  expect(await kindsOf(world)).not.toContain('tip.closed')
  await world.terminal.close()
})

test('a tip does not start a window of its own, and the void of a tipped payment frees all that it held', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  const before = (await headOf(world)).exposure.firstStoredMs
  await world.terminal.closeTip(intent.paymentId, { tipMinor: 200, currency: EUR })
  expect((await headOf(world)).exposure.firstStoredMs).toBe(before)
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  expect(await stored(world)).toEqual({ count: 0, sumMinor: 0 })
  await world.terminal.close()
})

test('SQ17: a tip is written in after the approval too, for a day', async () => {
  const world = await openWorld()
  const { intent } = await sell(world)
  const tip = (tipMinor: number) => world.terminal.closeTip(intent.paymentId, { tipMinor, currency: EUR })
  expect(await tip(150)).toMatchObject({ status: 'closed', payment: { state: 'ACCEPTED_ONLINE' } })
  world.clock.wallOffsetMs += 24 * 3_600_000
  expect(await tip(100)).toEqual({ status: 'refused', code: 'tip_not_adjustable' })
  await world.terminal.close()
})

test('the outcome of a tipped payment frees all that it held', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.terminal.closeTip(intent.paymentId, { tipMinor: 200, currency: EUR })
  await world.gateway.say(outcome(intent.paymentId, 'succeeded'))
  await world.clock.advance(2_000)
  expect(await stored(world)).toEqual({ count: 0, sumMinor: 0 })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({
    state: 'PROCESSED',
    followUps: { tip: { tipMinor: 200 } },
  })
  // Its batch is open: the gateway tells the acquirer, and nothing is held for it here.
  expect(await world.terminal.closeTip(intent.paymentId, { tipMinor: 1, currency: EUR })).toMatchObject({
    status: 'closed',
  })
  expect(await stored(world)).toEqual({ count: 0, sumMinor: 0 })
  world.clock.wallOffsetMs += 24 * 3_600_000
  expect(await world.terminal.closeTip(intent.paymentId, { tipMinor: 2, currency: EUR })).toEqual({
    status: 'refused',
    code: 'tip_not_adjustable',
  })
  await world.terminal.close()
})

test('fault 80: a capture below what was refunded already is refused', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world, { captureMethod: 'manual' })
  await world.terminal.requestRefund(paymentId, { amountMinor: 600, currency: EUR })
  const capture = (amountMinor: number) =>
    world.terminal.requestCapture(paymentId, { amountMinor, currency: EUR })
  expect(await capture(599)).toEqual({ status: 'refused', code: 'refund_amount_above_payment' })
  expect(await capture(600)).toMatchObject({ status: 'requested' })
  await world.terminal.close()
})

test('TM14: a capture queues behind a payment that is still stored, once, and never above its total', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world, { captureMethod: 'manual' })
  await world.terminal.closeTip(paymentId, { tipMinor: 200, currency: EUR })
  const capture = (amountMinor: number) =>
    world.terminal.requestCapture(paymentId, { amountMinor, currency: EUR })
  expect(await capture(1_201)).toEqual({ status: 'refused', code: 'capture_amount_above_payment' })
  expect(await world.terminal.requestCapture(paymentId)).toMatchObject({
    status: 'requested',
    payment: { followUps: { capture: { amountMinor: 1_200 } } },
  })
  expect(await capture(1_200)).toMatchObject({ status: 'requested' })
  expect(await capture(900)).toEqual({ status: 'refused', code: 'capture_not_requestable' })
  const kinds = await kindsOf(world)
  expect(kinds.filter((kind) => kind === 'capture.requested')).toHaveLength(1)
  expect(kinds.indexOf('capture.requested')).toBeGreaterThan(kinds.indexOf('payment.accepted'))
  expect(await world.terminal.closeTip(paymentId, { tipMinor: 1, currency: EUR })).toEqual({
    status: 'refused',
    code: 'tip_not_adjustable',
  })
  await world.terminal.close()
})

test('TM14: a payment that was authorised for manual capture can be captured; one that is captured cannot', async () => {
  const world = await openWorld()
  const manual = await sell(world, { offlineBehavior: 'force_offline', captureMethod: 'manual' })
  const automatic = await sell(world)
  await world.gateway.say(outcome(manual.intent.paymentId, 'requires_capture'))
  await world.clock.advance(2_000)
  expect(await world.terminal.requestCapture(automatic.intent.paymentId)).toEqual({
    status: 'refused',
    code: 'capture_not_requestable',
  })
  expect(await world.terminal.requestCapture(manual.intent.paymentId)).toMatchObject({ status: 'requested' })
  await world.terminal.close()
})

test('the whole refund of a payment that has not left the device is a void; a part of it queues behind', async () => {
  const world = await openWorld()
  const whole = await storedSale(world)
  const part = (await sell(world)).intent.paymentId
  const refund = (paymentId: string, amountMinor: number, refundId?: string) =>
    world.terminal.requestRefund(paymentId, {
      amountMinor,
      currency: EUR,
      ...(refundId === undefined ? {} : { refundId }),
    })
  expect(await refund(whole, 1_000)).toEqual({ status: 'voided' })
  expect(await world.terminal.payment(whole)).toMatchObject({ state: 'VOIDED' })
  expect(await refund(part, 400, REFUND)).toEqual({ status: 'requested', refundId: REFUND })
  expect(await refund(part, 400, REFUND)).toEqual({ status: 'requested', refundId: REFUND })
  expect(await refund(part, 601)).toEqual({ status: 'refused', code: 'refund_amount_above_payment' })
  expect(await refund(part, 600)).toMatchObject({ status: 'requested' })
  const refunds = (await journalOf(world)).filter(({ kind }) => kind === 'refund.requested')
  expect(refunds.map(({ amountMinor }) => amountMinor)).toEqual([400, 600])
  // The issuer has not been asked: the payment stays at risk until it has.
  expect(await stored(world)).toEqual({ count: 1, sumMinor: 1_000 })
  await world.terminal.close()
})

test('a payment that is with the gateway is refunded, never voided behind its back; a declined one has nothing to give', async () => {
  const world = await openWorld()
  const paid = await sell(world)
  const declined = await sell(world, { offlineBehavior: 'force_offline' })
  const refund = (paymentId: string) =>
    world.terminal.requestRefund(paymentId, { amountMinor: 1_000, currency: EUR, operator: 'Ada' })
  expect(await refund(paid.intent.paymentId)).toMatchObject({ status: 'requested' })
  await world.gateway.say({
    ...outcome(declined.intent.paymentId, 'declined'),
    responseCode: '05',
    approvalCode: null,
  })
  await world.clock.advance(2_000)
  expect(await refund(declined.intent.paymentId)).toEqual({
    status: 'refused',
    code: 'refund_not_requestable',
  })
  await world.terminal.close()
})

test('what was asked after the sale is forwarded behind it, in order, each record with its verdict', async () => {
  const world = await openWorld()
  const paymentId = await storedSale(world, { captureMethod: 'manual' })
  await world.terminal.closeTip(paymentId, { tipMinor: 100, currency: EUR })
  await world.terminal.requestCapture(paymentId)
  await world.terminal.requestRefund(paymentId, { amountMinor: 300, currency: EUR })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  const received = [...world.gateway.records.values()].map(({ header }) => header.kind)
  expect(received.slice(-4)).toEqual([
    'payment.accepted',
    'tip.closed',
    'capture.requested',
    'refund.requested',
  ])
  expect(await world.terminal.payment(paymentId)).toMatchObject({
    state: 'UPLOADED',
    followUps: { tip: { tipMinor: 100 }, capture: { amountMinor: 1_100 }, refunds: [{ amountMinor: 300 }] },
  })
  expect(world.terminal.queue.safeToPowerOff()).toBe(true)
  await world.terminal.close()
})

test('an open sale and an unknown payment have nothing to ask for', async () => {
  const world = await openWorld()
  const { paymentId } = await openSale(world, { captureMethod: 'manual' })
  const { terminal } = world
  const money = { amountMinor: 1, currency: EUR }
  expect(await terminal.closeTip(paymentId, { tipMinor: 1, currency: EUR })).toMatchObject({
    code: 'tip_not_adjustable',
  })
  expect(await terminal.requestCapture(paymentId)).toMatchObject({ code: 'capture_not_requestable' })
  expect(await terminal.requestRefund(paymentId, money)).toMatchObject({ code: 'refund_not_requestable' })
  expect(await terminal.closeTip('pi_no', { tipMinor: 1, currency: EUR })).toMatchObject({
    code: 'not_found',
  })
  expect(await terminal.requestCapture('pi_no')).toMatchObject({ code: 'not_found' })
  expect(await terminal.requestRefund('pi_no', money)).toMatchObject({ code: 'not_found' })
  expect(await terminal.requestRefund(paymentId, { ...money, refundId: 'mine' })).toMatchObject({
    code: 'parameter_invalid',
  })
  await terminal.close()
})

const REFUND = 're_000000000000000000000001'

function outcome(payment: string, status: 'succeeded' | 'requires_capture' | 'declined') {
  const money = { amountMinor: 1_000, currency: EUR }
  return { payment, status, ...money, attempt: null, responseCode: '00', approvalCode: '1' }
}
