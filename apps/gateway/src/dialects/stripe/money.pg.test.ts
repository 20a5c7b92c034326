import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../../database/transaction.ts'
import { checkBooks } from '../../ledger/check-books.ts'
import { setFunding, addFeeSchedule } from '../../ledger/money-terms.ts'
import { postCapture } from '../../ledger/post-capture.ts'
import { setBankAccount } from '../../payouts/bank-accounts.ts'
import { moveRefund } from '../../refunds/move-refund.ts'
import { sampleCapture, sampleFees } from '../../test-support/money-shop.ts'
import { ACCOUNT, sampleId, samplePayment, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
const ids = {
  wallMs: () => shop.gateway.clock.wallMs(),
  randomBytes: (length: number) => nodeCrypto.randomBytes(length),
}
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
  await transaction(database().pool, async (tx) => {
    await addFeeSchedule(tx, ACCOUNT, sampleFees, 0)
    await setFunding(tx, ACCOUNT, { funding: 'facilitator', holdDays: 0 })
    await setBankAccount(tx, ACCOUNT, 'eur', {
      holder: 'Cafe',
      iban: 'FR7630006000011234567890189',
      bic: null,
    })
  })
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  await shop.close()
})

test.each(['current', 'older'] as const)(
  'a payment is refunded in parts by the %s client, and its charge says so',
  async (version) => {
    const { refunds } = version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)
    const payment = await capturedPayment(1)
    const first = await refunds.create({
      payment_intent: payment,
      amount: 1_000,
      metadata: { why: 'cold soup' },
    })
    expect(first).toMatchObject({
      object: 'refund',
      amount: 1_000,
      currency: 'eur',
      payment_intent: payment,
      charge: sampleId('ch', 11),
      status: 'pending',
      metadata: { why: 'cold soup' },
    })
    const rest = await refunds.create({ charge: sampleId('ch', 11), reason: 'requested_by_customer' })
    expect(rest.amount).toBe(4_000)
    expect(await shop.stripe.charges.retrieve(sampleId('ch', 11))).toMatchObject({
      amount_refunded: 5_000,
      refunded: true,
      balance_transaction: sampleId('txn', 1),
    })
    await expect(refunds.create({ payment_intent: payment })).rejects.toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
    })
    const { data } = await refunds.list({ payment_intent: payment })
    expect(data.map(({ id }) => id).toSorted()).toEqual([first.id, rest.id].toSorted())
    expect(await refunds.update(first.id, { metadata: { why: '' } })).toMatchObject({ metadata: {} })
    const expanded = await refunds.retrieve(first.id, { expand: ['balance_transaction', 'charge'] })
    expect(expanded).toMatchObject({ balance_transaction: { amount: -1_000 }, charge: { object: 'charge' } })
  },
)

test('the same refund sent twice under one key is one refund', async () => {
  const payment = await capturedPayment(1)
  const create = () =>
    shop.stripe.refunds.create({ payment_intent: payment, amount: 1_000 }, { idempotencyKey: 'soup' })
  const [first, second] = [await create(), await create()]
  expect(second).toEqual(first)
  expect((await shop.stripe.refunds.list()).data).toHaveLength(1)
})

test('a refund that the acquirer takes succeeds, one that it refuses fails and gives the money back', async () => {
  const payment = await capturedPayment(1)
  const taken = await shop.stripe.refunds.create({ payment_intent: payment, amount: 1_000 })
  const refused = await shop.stripe.refunds.create({ payment_intent: payment, amount: 2_000 })
  await move(taken.id, 'accepted')
  await move(refused.id, 'refused')
  expect(await shop.stripe.refunds.retrieve(taken.id)).toMatchObject({ status: 'succeeded' })
  expect(
    await shop.stripe.refunds.retrieve(refused.id, { expand: ['failure_balance_transaction'] }),
  ).toMatchObject({
    status: 'failed',
    failure_balance_transaction: { amount: 2_000, type: 'refund_failure' },
  })
})

test('a refund of a payment that no issuer has decided waits, and can be called off while it does', async () => {
  const payment = await shop.put(2, { word: accepted(2), states: [sampleStates.planned] })
  const refund = await shop.stripe.refunds.create({ payment_intent: payment })
  expect(refund).toMatchObject({
    status: 'pending',
    pending_reason: 'charge_pending',
    balance_transaction: null,
  })
  expect(await shop.stripe.refunds.cancel(refund.id)).toMatchObject({ status: 'canceled' })
  await expect(shop.stripe.refunds.create({ payment_intent: sampleId('pi', 9) })).rejects.toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
    param: 'payment_intent',
  })
})

test.each([
  [{}, 'payment_intent', undefined],
  [{ payment_intent: sampleId('pi', 1), amount: 5_001 }, 'amount', 'amount_too_large'],
  [{ payment_intent: sampleId('pi', 1), amount: 0 }, 'amount', 'amount_too_small'],
  [{ charge: sampleId('ch', 99) }, 'charge', 'resource_missing'],
  [{ payment_intent: sampleId('pi', 1), reason: 'bored' }, 'reason', undefined],
])('a refund asked as %j is refused in Stripe’s words', async (given, param, code) => {
  await capturedPayment(1)
  await expect(shop.stripe.refunds.create(given as never)).rejects.toMatchObject({
    statusCode: 400,
    param,
    code,
  })
})

test('ST16: balance, payout and its drill-down to the payments, by expanding the source', async () => {
  await capturedPayment(1)
  await capturedPayment(2)
  await shop.stripe.refunds.create({ payment_intent: sampleId('pi', 2), amount: 500 })
  expect(await shop.stripe.balance.retrieve()).toMatchObject({
    available: [{ amount: 9_310, currency: 'eur', source_types: { card: 9_310 } }],
    pending: [{ amount: 0, currency: 'eur' }],
  })
  const payout = await shop.stripe.payouts.create({ amount: 310, currency: 'eur', metadata: { week: '47' } })
  expect(payout).toMatchObject({ status: 'pending', automatic: false, metadata: { week: '47' } })
  await expect(shop.stripe.payouts.create({ amount: 9_001, currency: 'eur' })).rejects.toMatchObject({
    statusCode: 400,
    code: 'balance_insufficient',
  })
  expect(await shop.stripe.payouts.cancel(payout.id)).toMatchObject({ status: 'canceled' })
  const all = await shop.stripe.balanceTransactions.list({ limit: 100, expand: ['data.source'] })
  expect(all.data.map(({ type, net }) => `${type} ${net}`).toSorted()).toEqual([
    'charge 4905',
    'charge 4905',
    'payout -310',
    'payout_cancel 310',
    'refund -500',
  ])
  const charge = all.data.find(({ id }) => id === sampleId('txn', 1))
  expect(charge).toMatchObject({
    fee: 95,
    fee_details: [{ amount: 95, type: 'stripe_fee' }],
    source: { object: 'charge', payment_intent: sampleId('pi', 1) },
  })
  expect((await shop.stripe.balanceTransactions.list({ payout: payout.id })).data).toHaveLength(2)
  expect((await shop.stripe.payouts.list({ status: 'canceled' })).data).toHaveLength(1)
  const { arrival_date: arrival } = payout
  expect((await shop.stripe.payouts.list({ arrival_date: arrival })).data).toHaveLength(1)
  expect((await shop.stripe.payouts.list({ arrival_date: { gt: arrival } })).data).toEqual([])
})

test('what is held is available when its hold is over, by the clock of the gateway', async () => {
  const funding = { funding: 'facilitator', holdDays: 7 } as const
  await transaction(database().pool, (tx) => setFunding(tx, ACCOUNT, funding))
  await capturedPayment(1)
  const txn = () => shop.stripe.balanceTransactions.retrieve(sampleId('txn', 1))
  const held = await txn()
  expect(held).toMatchObject({ status: 'pending', net: 4_905 })
  expect(await shop.stripe.balance.retrieve()).toMatchObject({ pending: [{ amount: 4_905 }] })
  shop.gateway.clock.advance(held.available_on * 1_000 - ids.wallMs())
  expect(await txn()).toMatchObject({ status: 'available' })
  expect(await shop.stripe.balance.retrieve()).toMatchObject({
    available: [{ amount: 4_905 }],
    pending: [{ amount: 0 }],
  })
})

test('nothing of money crosses an account or a mode', async () => {
  const payment = await capturedPayment(1)
  const refund = await shop.stripe.refunds.create({ payment_intent: payment, amount: 1 })
  for (const key of [shopKeys.stranger, shopKeys.live]) {
    const other = shop.clientWith(key)
    await expect(other.refunds.retrieve(refund.id)).rejects.toMatchObject({ code: 'resource_missing' })
    await expect(other.refunds.create({ payment_intent: payment })).rejects.toMatchObject({
      code: 'resource_missing',
    })
    expect((await other.balanceTransactions.list()).data).toEqual([])
    expect((await other.balance.retrieve()).available).toEqual([])
  }
})

/** Of 50.00 EUR, with a fee of 0.95. */
async function capturedPayment(n: number): Promise<string> {
  const row = samplePayment(n, { word: accepted(n), states: [sampleStates.approved] })
  const story = { ...row.story, money: { amountMinor: 5_000, currency: 'eur' } as const }
  expect(await shop.gateway.world.store.commit({ payments: [{ ...row, story }] })).toBe('committed')
  const chargeId = sampleId('ch', n * 10 + 1)
  const capture = sampleCapture(n, { chargeId, atMs: shop.gateway.clock.wallMs() })
  await transaction(database().pool, (tx) => postCapture(tx, capture))
  return story.paymentId
}

function accepted(n: number) {
  return { said: 'accepted', attemptId: sampleId('att', n * 10 + 1), atMs: 0, via: 'online' } as const
}

function move(refundId: string, type: 'accepted' | 'refused') {
  const event = { type, atMs: shop.gateway.clock.wallMs() }
  return transaction(database().pool, (tx) =>
    moveRefund(tx, { account: ACCOUNT, mode: 'test', refundId }, event, ids),
  )
}
