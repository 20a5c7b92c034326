import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../../database/transaction.ts'
import { openDispute } from '../../disputes/open-dispute.ts'
import { moveDispute } from '../../disputes/move-dispute.ts'
import { checkBooks } from '../../ledger/check-books.ts'
import { addFeeSchedule } from '../../ledger/money-terms.ts'
import { postCapture } from '../../ledger/post-capture.ts'
import { sampleCapture, sampleFees } from '../../test-support/money-shop.ts'
import { ACCOUNT, sampleId, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const scope = { account: ACCOUNT, mode: 'test' } as const
const database = sharedDatabase()
const ids = {
  wallMs: () => shop.gateway.clock.wallMs(),
  randomBytes: (length: number) => nodeCrypto.randomBytes(length),
}
let shop: StripeShop
let disputeId: string

/** Payment 1, of 12.34 EUR, captured and contested. */
beforeEach(async () => {
  shop = await createStripeShop(database())
  const word = { said: 'accepted', attemptId: sampleId('att', 11), atMs: 0, via: 'online' } as const
  await shop.put(1, { word, states: [sampleStates.approved] })
  const atMs = shop.gateway.clock.wallMs()
  disputeId = await transaction(database().pool, async (tx) => {
    await addFeeSchedule(tx, ACCOUNT, sampleFees, 0)
    const chargeId = sampleId('ch', 11)
    await postCapture(tx, sampleCapture(1, { chargeId, grossMinor: 1_234, atMs }))
    const dispute = await openDispute(
      tx,
      {
        ...scope,
        paymentId: sampleId('pi', 1),
        chargeId,
        chargeback: 'cb_1',
        currency: 'eur',
        amountMinor: 1_234,
        reasonCode: '4837',
        atMs,
        dueMs: atMs + 86_400_000,
      },
      ids,
    )
    return dispute?.disputeId ?? ''
  })
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  await shop.close()
})

test.each(['current', 'older'] as const)('ST1: a dispute is answered by the %s client', async (version) => {
  const { disputes } = version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)
  const opened = await disputes.retrieve(disputeId)
  expect(opened).toMatchObject({
    amount: 1_234,
    reason: 'fraudulent',
    status: 'needs_response',
    is_charge_refundable: false,
    payment_intent: sampleId('pi', 1),
    evidence_details: { has_evidence: true, submission_count: 0 },
    balance_transactions: [{ amount: -1_234, fee: 1_500, net: -2_734, type: 'adjustment' }],
  })
  expect(opened.evidence.uncategorized_text).toContain('Card-present sale of 12.34 EUR')
  const kept = await disputes.update(disputeId, {
    evidence: { customer_name: 'Ada Lovelace', product_description: '' },
    metadata: { case: '7' },
    submit: false,
  })
  expect(kept).toMatchObject({
    status: 'needs_response',
    evidence: { customer_name: 'Ada Lovelace', product_description: null },
    metadata: { case: '7' },
  })
  const sent = await disputes.update(disputeId, {
    evidence: { refund_refusal_explanation: 'The soup was hot.' },
  })
  expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } })
  await expect(disputes.update(disputeId, { evidence: { customer_name: 'Bob' } })).rejects.toMatchObject({
    statusCode: 400,
    type: 'StripeInvalidRequestError',
  })
  // After the sale was taken back: what happens in one millisecond has no order.
  const atMs = ids.wallMs() + 60_000
  await transaction(database().pool, (tx) =>
    moveDispute(tx, { ...scope, disputeId }, { type: 'won', atMs }, atMs, ids),
  )
  const won = await disputes.retrieve(disputeId, { expand: ['charge'] })
  expect(won.status).toBe('won')
  expect(won.balance_transactions.map(({ net }) => net)).toEqual([-2_734, 1_234])
  expect(won.charge).toMatchObject({ object: 'charge', id: sampleId('ch', 11) })
})

test('ST1: evidence that was kept is submitted later without saying it again', async () => {
  const { disputes } = shop.stripe
  await disputes.update(disputeId, { evidence: { customer_name: 'Ada Lovelace' }, submit: false })
  expect(await disputes.update(disputeId, { metadata: { case: '7' } })).toMatchObject({
    status: 'needs_response',
  })
  expect(await disputes.update(disputeId, { submit: true })).toMatchObject({
    status: 'under_review',
    evidence: { customer_name: 'Ada Lovelace' },
    evidence_details: { submission_count: 1 },
  })
})

test('what a dispute has taken from the balance leads back to it', async () => {
  const { data } = await shop.stripe.balanceTransactions.list({
    type: 'adjustment',
    expand: ['data.source.charge'],
  })
  expect(data).toMatchObject([
    { source: { object: 'dispute', id: disputeId, charge: { object: 'charge', id: sampleId('ch', 11) } } },
  ])
})

test('a dispute that is closed by the merchant is lost, and its payment is refunded by nobody', async () => {
  await expect(shop.stripe.refunds.create({ payment_intent: sampleId('pi', 1) })).rejects.toMatchObject({
    statusCode: 400,
    code: 'charge_disputed',
  })
  expect(await shop.stripe.disputes.close(disputeId)).toMatchObject({ status: 'lost' })
  expect((await shop.stripe.disputes.list({ charge: sampleId('ch', 11) })).data).toHaveLength(1)
  await expect(shop.clientWith(shopKeys.stranger).disputes.retrieve(disputeId)).rejects.toMatchObject({
    code: 'resource_missing',
  })
})

test('a charge says that it is disputed, and by which dispute, also when that is over', async () => {
  const charge = () => shop.stripe.charges.retrieve(sampleId('ch', 11), { expand: ['dispute'] })
  expect(await charge()).toMatchObject({
    disputed: true,
    dispute: { id: disputeId, status: 'needs_response' },
  })
  await shop.stripe.disputes.close(disputeId)
  expect(await charge()).toMatchObject({ disputed: true, dispute: { id: disputeId, status: 'lost' } })
  await shop.put(2, { states: [sampleStates.approved] })
  expect(await shop.stripe.charges.retrieve(sampleId('ch', 21))).toMatchObject({
    disputed: false,
    dispute: null,
  })
})

test('evidence that comes after the deadline is refused', async () => {
  shop.gateway.clock.advance(86_400_001)
  await expect(
    shop.stripe.disputes.update(disputeId, { evidence: { customer_name: 'Ada' } }),
  ).rejects.toMatchObject({ statusCode: 400, message: 'The deadline for evidence is over.' })
})
