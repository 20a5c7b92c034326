import { must } from '@holdfast/core'
import { expect, test } from 'vitest'
import { receiptOf } from './receipt.ts'
import { goOffline, openSale, openWorld, sell, type World } from '../test-support/world.ts'

test('SQ13: a stored payment is never called approved and has no authorisation code; the final receipt follows', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world, { reference: 'table 4' })
  const stored = await receiptFor(world, intent.paymentId)
  expect(stored?.customer).toMatchObject({
    copy: 'customer',
    wording: 'accepted_offline',
    authorisationCode: null,
  })
  expect(stored?.merchant).toMatchObject({
    copy: 'merchant',
    wording: 'stored_not_authorised',
    reference: 'table 4',
  })
  expect(stored?.customer.card?.last4).toBe('4242')
  expect(stored?.customer.proof).toMatch(/^[0-9a-f]{12}$/)
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  const money = { amountMinor: 1_000, currency: 'eur' } as const
  const { paymentId: payment } = intent
  const word = { payment, ...money, attempt: null, responseCode: '00', approvalCode: 'ZZ9' }
  await world.gateway.say({ ...word, status: 'succeeded' })
  await world.clock.advance(2_000)
  const final = await receiptFor(world, intent.paymentId)
  expect(final?.customer).toMatchObject({ wording: 'approved', authorisationCode: 'ZZ9' })
  await world.terminal.close()
})

test('ST12: a card-approved payment says on the merchant’s copy that it is not collected yet', async () => {
  const world = await openWorld()
  world.reader.card = { first: 'TC' }
  const { intent } = await sell(world)
  const receipt = await receiptFor(world, intent.paymentId)
  expect(receipt?.customer.wording).toBe('accepted_offline')
  expect(receipt?.merchant.wording).toBe('card_approved_not_collected')
  await world.terminal.close()
})

test('an online approval, a void and an open sale each have their own receipt, or none', async () => {
  const world = await openWorld()
  const { intent } = await sell(world)
  expect((await receiptFor(world, intent.paymentId))?.customer).toMatchObject({
    wording: 'approved',
    authorisationCode: '123456',
    accountName: 'Café',
  })
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  expect((await receiptFor(world, intent.paymentId))?.customer).toMatchObject({
    wording: 'voided',
    card: null,
  })
  expect(await receiptFor(world, (await openSale(world)).paymentId)).toBeNull()
  await world.terminal.close()
})

test.each([
  ['stored', { offlineBehavior: 'force_offline' as const }],
  ['approved', {}],
])(
  'SQ13, TM9: a tip that was written in after a %s sale is on the receipt, in the total and by itself',
  async (_was, input) => {
    const world = await openWorld()
    const { intent } = await sell(world, input)
    expect((await receiptFor(world, intent.paymentId))?.customer).toMatchObject({ tipMinor: 0 })
    await world.terminal.closeTip(intent.paymentId, { tipMinor: 150, currency: 'eur' })
    const tipped = { money: { amountMinor: 1_150, currency: 'eur' }, tipMinor: 150 }
    expect(await receiptFor(world, intent.paymentId)).toMatchObject({ customer: tipped, merchant: tipped })
    await world.terminal.close()
  },
)

async function receiptFor({ terminal }: World, paymentId: string) {
  const payment = must(await terminal.payment(paymentId), 'it was sold')
  return receiptOf(payment, must(terminal.settings(), 'enrolled'))
}
