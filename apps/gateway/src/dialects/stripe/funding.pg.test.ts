import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pollAcquirer } from '../../funding/poll-acquirer.ts'
import { checkBooks } from '../../ledger/check-books.ts'
import { closedBatch, rrnOf } from '../../test-support/closed-batch.ts'
import { fundingText, saleItem } from '../../test-support/funding-text.ts'
import { LINK, sampleId } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { valid } from '../../test-support/stripe-schema.ts'
import { createStripeShop, type StripeShop } from '../../test-support/stripe-shop.ts'
import { createToldByAcquirer, type ToldByAcquirer } from '../../test-support/told-by-acquirer.ts'

const database = sharedDatabase()
let shop: StripeShop
let acquirer: ToldByAcquirer

/** The acquirer has paid for a batch of two sales. */
beforeEach(async () => {
  shop = await createStripeShop(database())
  acquirer = createToldByAcquirer()
  await closedBatch(database().pool, { first: 5_000, count: 2 })
  acquirer.tellFile('F1', fundingText('F1', [saleItem(5_000, 0), saleItem(5_001, 0)]))
  await poll()
})
afterEach(async () => {
  await shop.close()
  expect(await checkBooks(database().pool)).toEqual([])
})

const poll = () =>
  pollAcquirer({
    pool: database().pool,
    clock: shop.gateway.clock,
    randomBytes: (length) => nodeCrypto.randomBytes(length),
    log: shop.gateway.world.log,
    files: acquirer.files,
    link: LINK,
  })

test('ST16: the official client sees what the acquirer paid as a payout, drilled down to each charge', async () => {
  const [payout, ...more] = (await shop.stripe.payouts.list()).data
  expect(more).toEqual([])
  if (payout === undefined) return
  expect(valid('payout', payout)).toMatchObject({ amount: 10_001, status: 'paid', automatic: true })
  const items = await shop.stripe.balanceTransactions.list({ payout: payout.id, type: 'charge' })
  expect(new Set(items.data.map(({ source }) => source))).toEqual(
    new Set([sampleId('ch', 5_000), sampleId('ch', 5_001)]),
  )
  await expect(shop.stripe.payouts.create({ amount: 100, currency: 'eur' })).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
  })
})

test('ST1: a chargeback of the acquirer’s feed makes its charge disputed, and a refund of it is refused', async () => {
  const charge = sampleId('ch', 5_000)
  const contested = { id: 'cb_1', terminal: 'HF000001', rrn: rrnOf(5_000), currency: '978', reason: '10.4' }
  acquirer.tellChargeback('inquiry', { ...contested, amountMinor: 5_000 })
  await poll()
  const [inquiry] = (await shop.stripe.disputes.list({ charge })).data
  expect(inquiry).toMatchObject({ status: 'warning_needs_response', is_charge_refundable: true })
  acquirer.tellChargeback('chargeback', { ...contested, amountMinor: 5_000 })
  await poll()
  expect(await shop.stripe.charges.retrieve(charge)).toMatchObject({ disputed: true })
  const dispute = await shop.stripe.disputes.retrieve(inquiry?.id ?? '')
  expect(valid('dispute', dispute)).toMatchObject({
    status: 'needs_response',
    is_charge_refundable: false,
    evidence_details: { past_due: false },
  })
  await expect(shop.stripe.refunds.create({ charge })).rejects.toMatchObject({ code: 'charge_disputed' })
  acquirer.tellChargeback('won', { ...contested, amountMinor: 5_000 })
  await poll()
  expect(await shop.stripe.disputes.retrieve(dispute.id)).toMatchObject({ status: 'won' })
})
