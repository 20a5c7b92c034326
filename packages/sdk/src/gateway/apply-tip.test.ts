import { atRisk, tallyOf } from '@holdfast/core'
import { expect, test } from 'vitest'
import { goOffline, headOf, openWorld, sell, type World } from '../test-support/world.ts'

/** A sale of 10.00 that was approved at the counter, with a tip of 1.50 after it. */
async function tippedSale(world: World): Promise<string> {
  const { paymentId } = (await sell(world)).intent
  await world.terminal.closeTip(paymentId, { tipMinor: 150, currency: 'eur' })
  return paymentId
}

const tipOf = async (world: World, paymentId: string) =>
  (await world.terminal.payment(paymentId))?.followUps?.tip

async function say(
  world: World,
  payment: string,
  word: { tipMinor: number; standsMinor: number; code: string | null },
) {
  await world.gateway.sayTip({ payment, currency: 'eur', ...word })
  await world.clock.advance(1_000)
}

test('SQ17: a tip that was set aside is not in the payment any more, and nothing of it is given back', async () => {
  const world = await openWorld()
  const paymentId = await tippedSale(world)
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_refused' })
  expect(await tipOf(world, paymentId)).toMatchObject({
    tipMinor: 0,
    said: { is: 'set_aside', tipMinor: 150, code: 'tip_refused' },
  })
  expect(world.events.at(-1)).toMatchObject({ type: 'paymentChanged', payment: { paymentId } })
  const refund = (amountMinor: number) =>
    world.terminal.requestRefund(paymentId, { amountMinor, currency: 'eur' })
  expect(await refund(1_150)).toEqual({ status: 'refused', code: 'refund_amount_above_payment' })
  expect(await refund(1_000)).toMatchObject({ status: 'requested' })
  await world.terminal.close()
})

test('what a person has sent again and the acquirer has taken is charged after all', async () => {
  const world = await openWorld()
  const paymentId = await tippedSale(world)
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_refused' })
  await say(world, paymentId, { tipMinor: 150, standsMinor: 150, code: null })
  expect(await tipOf(world, paymentId)).toMatchObject({ tipMinor: 150, said: { is: 'taken' } })
  const tip = (tipMinor: number) => world.terminal.closeTip(paymentId, { tipMinor, currency: 'eur' })
  expect(await tip(150)).toMatchObject({ status: 'closed' })
  expect(await tip(100)).toEqual({ status: 'refused', code: 'tip_not_adjustable' })
  await world.terminal.close()
})

test('above what the contract lets a tip be, a smaller one may take its place; no other that was set aside', async () => {
  const world = await openWorld()
  const paymentId = await tippedSale(world)
  const tip = (tipMinor: number) => world.terminal.closeTip(paymentId, { tipMinor, currency: 'eur' })
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_above_tolerance' })
  expect(await tip(100)).toMatchObject({ status: 'closed' })
  // The word that was late is of a tip that is no longer the newest.
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_above_tolerance' })
  expect(await tipOf(world, paymentId)).toMatchObject({ tipMinor: 100 })
  await say(world, paymentId, { tipMinor: 100, standsMinor: 0, code: 'tip_after_batch' })
  expect(await tip(50)).toEqual({ status: 'refused', code: 'tip_not_adjustable' })
  await world.terminal.close()
})

test('what stands is what the card is charged, also where a later tip than that was set aside', async () => {
  const world = await openWorld()
  const paymentId = await tippedSale(world)
  await world.terminal.closeTip(paymentId, { tipMinor: 900, currency: 'eur' })
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_refused' })
  expect(await tipOf(world, paymentId)).toMatchObject({ tipMinor: 900 })
  await say(world, paymentId, { tipMinor: 900, standsMinor: 0, code: 'tip_above_tolerance' })
  await say(world, paymentId, { tipMinor: 150, standsMinor: 150, code: null })
  expect(await tipOf(world, paymentId)).toMatchObject({
    tipMinor: 150,
    said: { is: 'set_aside', tipMinor: 900 },
  })
  await world.terminal.close()
})

test('P7: a restored gateway that tells its feed again from the start does not bring back an earlier word', async () => {
  const world = await openWorld()
  const paymentId = await tippedSale(world)
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_after_batch' })
  await say(world, paymentId, { tipMinor: 150, standsMinor: 150, code: null })
  const { atMs } = (await tipOf(world, paymentId))?.said ?? { atMs: 0 }
  world.gateway.restore()
  await world.gateway.sayTip(
    { payment: paymentId, currency: 'eur', tipMinor: 150, standsMinor: 0, code: 'tip_after_batch' },
    atMs - 1,
  )
  await world.clock.advance(5_000)
  expect(await tipOf(world, paymentId)).toMatchObject({ tipMinor: 150, said: { is: 'taken', atMs } })
  await world.terminal.close()
})

test('while it is at risk a payment holds its place in the limits with its tip, whatever is said of that', async () => {
  const world = await openWorld()
  await goOffline(world)
  const paymentId = await tippedSale(world)
  await say(world, paymentId, { tipMinor: 150, standsMinor: 0, code: 'tip_refused' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur')).toEqual({ count: 1, sumMinor: 1_150 })
  await world.terminal.close()
})

test('a code that is not known yet is kept, and the words behind it are heard', async () => {
  const world = await openWorld()
  const [first, second] = [await tippedSale(world), await tippedSale(world)]
  await say(world, first, { tipMinor: 150, standsMinor: 0, code: 'tip_of_the_iceberg' })
  await say(world, second, { tipMinor: 150, standsMinor: 150, code: null })
  expect(await tipOf(world, first)).toMatchObject({ said: { code: 'tip_of_the_iceberg' } })
  expect(await tipOf(world, second)).toMatchObject({ said: { is: 'taken' } })
  await world.terminal.close()
})
