import { must } from '@holdfast/core'
import { expect, test } from 'vitest'
import { owedMinor } from '../journal/partial-approval.ts'
import { receiptOf } from '../terminal/receipt.ts'
import { goOffline, journalOf, openWorld, sell, type World } from '../test-support/world.ts'

const PART = { result: 'approved', responseCode: '10', approvalCode: 'A1', approvedMinor: 700 } as const
const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const

test('MC3: an issuer that approves a part leaves the rest owed; the record keeps what was asked', async () => {
  const world = await openWorld()
  world.gateway.issuer = [PART]
  const { intent, result } = await sell(world, { amountMinor: 1_250 })
  expect(result).toMatchObject({ status: 'approved', approvedMinor: 700, owedMinor: 550 })
  const payment = await paymentOf(world, intent.paymentId)
  expect(payment).toMatchObject({ state: 'ACCEPTED_ONLINE', money: eur(1_250), approvedMinor: 700 })
  expect(owedMinor(payment)).toBe(550)
  const accepted = (await journalOf(world)).find(({ kind }) => kind === 'payment.accepted')
  expect(accepted).toMatchObject({ amountMinor: 1_250 })
  await world.terminal.close()
})

test('MC3: a whole approval owes nothing, also where the issuer names the whole or more', async () => {
  const world = await openWorld()
  world.gateway.issuer = [
    { result: 'approved', responseCode: '00', approvalCode: 'A1' },
    { ...PART, approvedMinor: 1_000 },
    { ...PART, approvedMinor: 9_000 },
  ]
  for (const _ of world.gateway.issuer.slice()) {
    const { intent, result } = await sell(world)
    expect(result).toMatchObject({ status: 'approved', approvedMinor: 1_000, owedMinor: 0 })
    const payment = await paymentOf(world, intent.paymentId)
    expect(owedMinor(payment)).toBe(0)
    expect(payment).not.toHaveProperty('approvedMinor')
  }
  await world.terminal.close()
})

test('MC3: both copies of the receipt say what is approved and what is owed', async () => {
  const world = await openWorld()
  world.gateway.issuer = [PART]
  const { intent } = await sell(world, { amountMinor: 1_250 })
  const copy = {
    wording: 'partly_approved',
    money: eur(1_250),
    part: { approvedMinor: 700, owedMinor: 550 },
    authorisationCode: 'A1',
  }
  expect(await receiptFor(world, intent.paymentId)).toMatchObject({ customer: copy, merchant: copy })
  await world.terminal.close()
})

test('MC3: a part that is not taken is voided as any other payment, and nothing is owed then', async () => {
  const world = await openWorld()
  world.gateway.issuer = [PART]
  const { intent } = await sell(world)
  expect(await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')).toEqual({ status: 'voided' })
  expect(owedMinor(await paymentOf(world, intent.paymentId))).toBe(0)
  await world.terminal.close()
})

test('MC3: refund, capture and tip never go beyond the approved part', async () => {
  const world = await openWorld()
  world.gateway.issuer = [PART]
  const { terminal } = world
  const { intent } = await sell(world, { captureMethod: 'manual' })
  const { paymentId } = intent
  expect(await terminal.closeTip(paymentId, { tipMinor: 50, currency: 'eur' })).toMatchObject({
    code: 'tip_not_adjustable',
  })
  expect(await terminal.requestRefund(paymentId, eur(701))).toMatchObject({
    code: 'refund_amount_above_payment',
  })
  expect(await terminal.requestCapture(paymentId, eur(701))).toMatchObject({
    code: 'capture_amount_above_payment',
  })
  // All of it means all that was approved.
  expect(await terminal.requestCapture(paymentId)).toMatchObject({
    status: 'requested',
    payment: { followUps: { capture: { amountMinor: 700 } } },
  })
  expect(await terminal.requestRefund(paymentId, eur(700))).toMatchObject({ status: 'requested' })
  await terminal.close()
})

test('MC3: a stored payment that is approved in part later is PROCESSED with the rest owed, in the queue and on paper', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  const { paymentId } = intent
  expect(owedMinor(await paymentOf(world, paymentId))).toBe(0)
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  await say(world, paymentId, { approvedMinor: 600 })
  const payment = await paymentOf(world, paymentId)
  expect(payment.state).toBe('PROCESSED')
  expect(owedMinor(payment)).toBe(400)
  expect(await world.terminal.queue.get(paymentId)).toMatchObject({ status: 'PROCESSED', owedMinor: 400 })
  expect(await receiptFor(world, paymentId)).toMatchObject({ customer: { wording: 'partly_approved' } })
  expect(await world.terminal.requestRefund(paymentId, eur(601))).toMatchObject({ status: 'refused' })
  expect(await world.terminal.requestRefund(paymentId, eur(600))).toMatchObject({ status: 'requested' })
  await world.terminal.close()
})

test('MC3: the gateway’s last word counts more than what was heard at the counter, either way', async () => {
  const world = await openWorld()
  world.gateway.issuer = [PART, { result: 'approved', responseCode: '00', approvalCode: 'A2' }]
  const first = await sell(world)
  const second = await sell(world)
  await world.clock.advance(5_000)
  await say(world, first.intent.paymentId, {})
  await say(world, second.intent.paymentId, { approvedMinor: 900 })
  expect(owedMinor(await paymentOf(world, first.intent.paymentId))).toBe(0)
  expect(owedMinor(await paymentOf(world, second.intent.paymentId))).toBe(100)
  await world.terminal.close()
})

async function say(world: World, payment: string, part: { approvedMinor?: number }): Promise<void> {
  const word = { payment, ...eur(1_000), attempt: null, responseCode: '10', approvalCode: 'ZZ9', ...part }
  await world.gateway.say({ ...word, status: 'succeeded' })
  await world.clock.advance(2_000)
}

async function paymentOf({ terminal }: World, paymentId: string) {
  return must(await terminal.payment(paymentId), 'it was sold')
}

async function receiptFor(world: World, paymentId: string) {
  return receiptOf(await paymentOf(world, paymentId), must(world.terminal.settings(), 'enrolled'))
}
