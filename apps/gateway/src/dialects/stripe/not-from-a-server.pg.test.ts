import { transaction } from '../../database/transaction.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addFeeSchedule, setFunding } from '../../ledger/money-terms.ts'
import { postCapture } from '../../ledger/post-capture.ts'
import { setBankAccount } from '../../payouts/bank-accounts.ts'
import { sampleCapture, sampleFees } from '../../test-support/money-shop.ts'
import { ACCOUNT, sampleId, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})
afterEach(() => shop.close())

test.each(['current', 'older'] as const)(
  'a refund of ours is never one that could expire, for the test helper of the %s client',
  async (version) => {
    await captured(1)
    const client = version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)
    const { refunds } = client.testHelpers
    const { id } = await client.refunds.create({ payment_intent: sampleId('pi', 1), amount: 100 })
    await expect(refunds.expire(id)).rejects.toMatchObject({ statusCode: 400, param: 'refund' })
    await expect(refunds.expire('re_none')).rejects.toMatchObject({ code: 'resource_missing' })
    expect(await client.refunds.retrieve(id)).toMatchObject({ status: 'pending' })
  },
)

test('test helpers are for test mode only', async () => {
  const { refunds } = shop.clientWith(shopKeys.live).testHelpers
  await expect(refunds.expire('re_1')).rejects.toMatchObject({
    statusCode: 403,
    code: 'livemode_mismatch',
    type: 'StripePermissionError',
  })
})

test('a payout cannot be reversed, and says what can be done', async () => {
  await captured(1)
  const { id } = await shop.stripe.payouts.create({ amount: 100, currency: 'eur' })
  await expect(shop.stripe.payouts.reverse(id)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('can be canceled'),
  })
  await expect(shop.stripe.payouts.reverse('po_none')).rejects.toMatchObject({ code: 'resource_missing' })
})

test('readers and Tap to Pay are not set up from a server, and the error says where', async () => {
  const { readers, onboardingLinks } = shop.stripe.terminal
  await expect(readers.create({ registration_code: 'simulated-wpe' })).rejects.toMatchObject({
    statusCode: 400,
    param: 'registration_code',
    message: expect.stringContaining('connection token'),
  })
  const terms = { apple_terms_and_conditions: { merchant_display_name: 'Café' } }
  const link = { link_type: 'apple_terms_and_conditions', link_options: terms } as const
  await expect(onboardingLinks.create(link)).rejects.toMatchObject({ statusCode: 400, param: 'link_type' })
})

test('readers of a type that we have none of are an empty list', async () => {
  const { readers } = shop.stripe.terminal
  expect((await readers.list({ device_type: 'stripe_s700' })).data).toEqual([])
  const ours = await readers.list({ device_type: 'simulated_wisepos_e' })
  expect(ours.data).toEqual((await readers.list()).data)
})

test('a payment in person has no line items', async () => {
  const id = await shop.put(1, { states: [sampleStates.approved] })
  const itemsOf = (payment: string) => shop.stripe.paymentIntents.listAmountDetailsLineItems(payment)
  expect(await itemsOf(id)).toMatchObject({ data: [], has_more: false })
  await expect(itemsOf('pi_none')).rejects.toMatchObject({ statusCode: 404 })
})

test('what no device has taken is there, and has nothing to refund', async () => {
  const inPerson = { amount: 1, currency: 'eur', payment_method_types: ['card_present'] }
  const { id } = await shop.stripe.paymentIntents.create(inPerson)
  await expect(shop.stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({
    statusCode: 400,
    code: 'charge_not_refundable',
  })
  expect((await shop.stripe.charges.list({ payment_intent: id })).data).toEqual([])
})

async function captured(n: number): Promise<void> {
  const word = { said: 'accepted', attemptId: sampleId('att', n * 10 + 1), atMs: 0, via: 'online' } as const
  await shop.put(n, { word, states: [sampleStates.approved] })
  const atMs = shop.gateway.clock.wallMs()
  await transaction(database().pool, async (tx) => {
    await addFeeSchedule(tx, ACCOUNT, sampleFees, 0)
    await setFunding(tx, ACCOUNT, { funding: 'facilitator', holdDays: 0 })
    const bank = { holder: 'Cafe', iban: 'FR7630006000011234567890189', bic: null }
    await setBankAccount(tx, ACCOUNT, 'eur', bank)
    await postCapture(tx, sampleCapture(n, { chargeId: sampleId('ch', n * 10 + 1), grossMinor: 1_234, atMs }))
  })
}
