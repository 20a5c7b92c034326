import { atRisk, tallyOf } from '@holdfast/core'
import { expect, test } from 'vitest'
import {
  collectedSale,
  goOffline,
  headOf,
  journalOf,
  openSale,
  openWorld,
  sell,
  type World,
} from '../test-support/world.ts'

const voidsOf = async (world: World) =>
  (await journalOf(world)).filter(({ kind }) => kind === 'payment.voided')

test('an open sale is voided, its place is free, and a second void changes nothing', async () => {
  const world = await openWorld()
  const { paymentId } = await openSale(world)
  expect(await world.terminal.cancelPaymentIntent(paymentId, 'canceled')).toEqual({ status: 'voided' })
  expect(await world.terminal.cancelPaymentIntent(paymentId, 'paid_otherwise')).toEqual({ status: 'voided' })
  expect(await voidsOf(world)).toHaveLength(1)
  expect(tallyOf((await headOf(world)).exposure.reserved, 'eur').count).toBe(0)
  await world.terminal.close()
})

test('two voids at once write one record', async () => {
  const world = await openWorld()
  const { paymentId } = await openSale(world)
  await Promise.all(
    (['canceled', 'paid_otherwise', 'canceled'] as const).map((reason) =>
      world.terminal.cancelPaymentIntent(paymentId, reason),
    ),
  )
  expect(await voidsOf(world)).toHaveLength(1)
  await world.terminal.close()
})

test('a stored payment is voided with its exposure, before and after it was uploaded', async () => {
  const world = await openWorld()
  await goOffline(world)
  const queued = await sell(world)
  const uploaded = await sell(world)
  expect(await world.terminal.cancelPaymentIntent(queued.intent.paymentId, 'paid_otherwise')).toEqual({
    status: 'voided',
  })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(await world.terminal.payment(uploaded.intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  expect(await world.terminal.cancelPaymentIntent(uploaded.intent.paymentId, 'canceled')).toEqual({
    status: 'voided',
  })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur')).toEqual({ count: 0, sumMinor: 0 })
  expect(await voidsOf(world)).toHaveLength(2)
  await world.terminal.close()
})

test('a payment that was approved online can be taken back; one that is settled cannot', async () => {
  const world = await openWorld()
  const online = await sell(world)
  expect(await world.terminal.cancelPaymentIntent(online.intent.paymentId, 'canceled')).toEqual({
    status: 'voided',
  })
  const stored = await sell(world, { offlineBehavior: 'force_offline' })
  await world.gateway.say(outcome(stored.intent.paymentId))
  await world.clock.advance(2_000)
  expect(await world.terminal.cancelPaymentIntent(stored.intent.paymentId, 'canceled')).toEqual({
    status: 'refused',
    code: 'sale_not_open',
  })
  expect(await world.terminal.cancelPaymentIntent('pi_unknown', 'canceled')).toEqual({
    status: 'refused',
    code: 'not_found',
  })
  await world.terminal.close()
})

test('a sale that waits for its card is taken back, and the reader gives up', async () => {
  const world = await openWorld()
  world.reader.absent = true
  const intent = await openSale(world)
  const collecting = world.terminal.collectPaymentMethod(intent)
  const other = await openSale(world)
  expect(await world.terminal.collectPaymentMethod(other)).toEqual({ status: 'refused', code: 'reader_busy' })
  expect(await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')).toEqual({ status: 'voided' })
  expect(await collecting).toEqual({ status: 'canceled' })
  await world.terminal.close()
})

test('a card that was read is put down when its sale is taken back', async () => {
  const world = await openWorld()
  const intent = await collectedSale(world)
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  expect(world.reader.completed).toMatchObject([{ answer: { online: 'unable' } }])
  await world.terminal.close()
})

function outcome(payment: string) {
  const money = { amountMinor: 1_000, currency: 'eur' } as const
  return {
    payment,
    status: 'succeeded',
    ...money,
    attempt: null,
    responseCode: '00',
    approvalCode: '1',
  } as const
}
