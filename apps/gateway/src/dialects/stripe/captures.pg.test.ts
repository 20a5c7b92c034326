import { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertCapture } from '../../captures/capture-row.ts'
import { checkBooks } from '../../ledger/check-books.ts'
import { type SamplePayment, sampleId, samplePayment, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  await shop.close()
})

const versions = ['current', 'older'] as const
const clientOf = (version: (typeof versions)[number]) =>
  version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)

describe.each(versions)('TM14: by the %s client', (version) => {
  const client = () => clientOf(version)

  test('a hold is captured from the back end, in part, and says what was taken', async () => {
    const id = await held(1)
    const taken = await client().paymentIntents.capture(id, {
      amount_to_capture: 1_000,
      metadata: { shipped: 'yes' },
      statement_descriptor_suffix: 'ORDER 7',
    })
    expect(taken).toMatchObject({
      id,
      status: 'succeeded',
      amount: 1_234,
      amount_received: 1_000,
      amount_capturable: 0,
      amount_details: { tip: {} },
      metadata: { shipped: 'yes' },
      statement_descriptor_suffix: 'ORDER 7',
    })
    expect(await client().charges.retrieve(sampleId('ch', 11))).toMatchObject({
      captured: true,
      amount_captured: 1_000,
      status: 'succeeded',
    })
  })

  test('a tip is captured with its hold, as far as the acquirer lets tips go', async () => {
    const id = await held(1)
    const taken = await client().paymentIntents.capture(id, { amount_details: tipOf(200) })
    expect(taken).toMatchObject({ amount_received: 1_434, amount_details: { tip: { amount: 200 } } })
  })

  test('SQ17: a tip after an automatic sale is its amount once the acquirer has taken it, and before that nobody’s', async () => {
    const id = await sold(1, { tipMinor: 200 })
    const read = () => client().paymentIntents.retrieve(id)
    const charge = () => client().charges.retrieve(sampleId('ch', 11))
    expect(await read()).toMatchObject({ amount_received: 1_234, amount_details: { tip: {} } })
    expect(await charge()).toMatchObject({ amount_captured: 1_234 })
    await database().pool.query('update captures set amount_minor = 1434, tip_minor = 200')
    expect(await read()).toMatchObject({
      amount: 1_234,
      amount_received: 1_434,
      amount_details: { tip: { amount: 200 } },
    })
    expect(await charge()).toMatchObject({ amount: 1_234, amount_captured: 1_434, refunded: false })
  })

  test('a hold is captured by its charge, and called off by its payment', async () => {
    await held(1)
    const given = { amount: 500, receipt_email: 'ada@example.com', transfer_group: 'order 7' }
    expect(await client().charges.capture(sampleId('ch', 11), given)).toMatchObject({
      receipt_email: 'ada@example.com',
      transfer_group: 'order 7',
      captured: true,
      amount_captured: 500,
    })
    const canceled = await client().paymentIntents.cancel(await held(2), {
      cancellation_reason: 'requested_by_customer',
    })
    expect(canceled).toMatchObject({ status: 'canceled', amount_capturable: 0 })
  })

  test('what is said of a hold changes at any time; what the device and the issuer decided does not', async () => {
    const id = await held(1)
    const { paymentIntents } = client()
    expect(await paymentIntents.update(id, { description: 'Order 7' })).toMatchObject({
      description: 'Order 7',
    })
    const asked = paymentIntents.update(id, { amount: 1 })
    await expect(asked).rejects.toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })
  })
})

describe('refused in Stripe’s words, as a 400 that is no card’s fault', () => {
  const intents = () => shop.stripe.paymentIntents
  const unfit = {
    statusCode: 400,
    code: 'payment_intent_unexpected_state',
    type: 'StripeInvalidRequestError',
  }

  test('to capture more than was authorised', async () => {
    const id = await held(1)
    const asked = intents().capture(id, { amount_to_capture: 1_482 })
    await expect(asked).rejects.toMatchObject({
      statusCode: 400,
      code: 'amount_too_large',
      param: 'amount_to_capture',
    })
    const charge = shop.stripe.charges.capture(sampleId('ch', 11), { amount: 1_482 })
    await expect(charge).rejects.toMatchObject({ code: 'amount_too_large', param: 'amount' })
    expect(await intents().retrieve(id)).toMatchObject({ status: 'requires_capture' })
  })

  test('to capture twice: the error shows the payment as it is', async () => {
    const id = await held(1)
    await intents().capture(id, { amount_to_capture: 1_000 })
    const again = await refusal(intents().capture(id))
    expect(again).toMatchObject(unfit)
    expect(again.message).toContain('has already been captured')
    expect(again.payment_intent).toMatchObject({ id, status: 'succeeded', amount_received: 1_000 })
    expect(await refusal(shop.stripe.charges.capture(sampleId('ch', 11)))).toMatchObject({
      statusCode: 400,
      code: 'charge_already_captured',
    })
  })

  test('to capture twice at once: one is taken, once', async () => {
    const id = await held(1)
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => intents().capture(id)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { rows } = await database().pool.query('select count(*)::integer as n from captures')
    expect(rows).toEqual([{ n: 1 }])
  })

  test('to capture what has been stored and no issuer has been asked about', async () => {
    const stored = { word: acceptedOffline(1), states: [sampleStates.planned] }
    const id = await shop.put(1, stored)
    const error = await refusal(intents().capture(id))
    expect(error).toMatchObject({ ...unfit, payment_intent: { id, status: 'processing' } })
    expect(error.message).toContain('it has a status of processing')
  })

  test('to capture what no device has taken, or what was declined', async () => {
    const inPerson = { amount: 1, currency: 'eur', payment_method_types: ['card_present'] }
    const { id } = await intents().create(inPerson)
    const declined = await shop.put(1, { word: acceptedOffline(1), states: [sampleStates.declined] })
    for (const payment of [id, declined]) {
      const error = await refusal(intents().capture(payment))
      expect(error).toMatchObject({ ...unfit, payment_intent: { status: 'requires_payment_method' } })
    }
    await expect(shop.stripe.charges.capture(sampleId('ch', 11))).rejects.toMatchObject({ statusCode: 400 })
  })

  test('to capture after it was called off, and to call off what was captured', async () => {
    const [canceled, captured] = [await held(1), await held(2)]
    await intents().cancel(canceled)
    await expect(intents().capture(canceled)).rejects.toMatchObject(unfit)
    await intents().capture(captured)
    await expect(intents().cancel(captured)).rejects.toMatchObject(unfit)
  })

  test('to capture in several parts, or a tip that is more than the whole', async () => {
    const id = await held(1)
    const parts = intents().capture(id, { final_capture: false })
    await expect(parts).rejects.toMatchObject({ statusCode: 400, param: 'final_capture' })
    const tip = { amount_to_capture: 100, amount_details: tipOf(101) }
    await expect(intents().capture(id, tip)).rejects.toMatchObject({ code: 'parameter_invalid_integer' })
  })

  test('to confirm or to raise what a reader collects', async () => {
    const id = await held(1)
    await expect(intents().confirm(id)).rejects.toMatchObject({ ...unfit, payment_intent: { id } })
    await expect(intents().incrementAuthorization(id, { amount: 2_000 })).rejects.toMatchObject(unfit)
    await expect(intents().confirm(id, { payment_method: 'pm_card_visa' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'payment_method',
    })
    for (const ask of [() => intents().confirm('pi_none'), () => intents().capture('pi_none')])
      await expect(ask()).rejects.toMatchObject({
        statusCode: 404,
        code: 'resource_missing',
        param: 'intent',
      })
  })

  test('to capture with a parameter that is unknown, or of the wrong type', async () => {
    const id = await held(1)
    const ask = async (body: string) =>
      (await shop.ask('POST', `/payment_intents/${id}/capture`, { body })).body['error']
    expect(await ask('amount=1')).toMatchObject({ code: 'parameter_unknown', param: 'amount' })
    expect(await ask('amount_to_capture=1.5')).toMatchObject({ code: 'parameter_invalid_integer' })
    expect(await ask('amount_to_capture[a]=1')).toMatchObject({ code: 'parameter_invalid_integer' })
    expect(await ask('final_capture=maybe')).toMatchObject({ param: 'final_capture' })
    expect(await intents().retrieve(id)).toMatchObject({ status: 'requires_capture' })
  })

  test('to touch what belongs to another account or to the other mode', async () => {
    const id = await held(1)
    const foreign = shop.clientWith(shopKeys.stranger).paymentIntents
    const live = shop.clientWith(shopKeys.live).paymentIntents
    for (const ask of ['capture', 'cancel', 'update'] as const)
      await expect(foreign[ask](id)).rejects.toMatchObject({
        statusCode: 404,
        message: `No such payment_intent: '${id}'`,
      })
    await expect(live.capture(id)).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('exists in test mode, but a live mode key was used'),
    })
  })
})

/** A preview in Stripe's API, so its types do not have it. */
function tipOf(amount: number): object {
  return { tip: { amount } }
}

/** Approved by the issuer, and held until somebody captures it. */
async function held(n: number): Promise<string> {
  const row = samplePayment(n, { word: acceptedOnline(n), states: [sampleStates.approved] })
  const story = { ...row.story, captureMethod: 'manual' as const }
  expect(await shop.gateway.world.store.commit({ payments: [{ ...row, story }] })).toBe('committed')
  return story.paymentId
}

/** Approved and captured by that; the tip that was written in waits for the acquirer. */
async function sold(n: number, { tipMinor }: { readonly tipMinor: number }): Promise<string> {
  const row = samplePayment(n, { word: acceptedOnline(n), states: [sampleStates.approved] })
  const story = { ...row.story, tipMinor }
  expect(await shop.gateway.world.store.commit({ payments: [{ ...row, story }] })).toBe('committed')
  const { account, mode } = row
  const { paymentId, money } = story
  const { amountMinor: authorisedMinor, currency } = money
  await insertCapture(database().pool, {
    account,
    captureId: sampleId('cap', n),
    paymentId,
    mode,
    chargeId: sampleId('ch', n * 10 + 1),
    method: 'automatic',
    currency,
    authorisedMinor,
    limitMinor: authorisedMinor + 246,
    amountMinor: authorisedMinor,
    tipMinor: 0,
    state: 'presented',
    createdMs: 0,
  })
  return paymentId
}

function acceptedOnline(n: number): NonNullable<SamplePayment['word']> {
  return { said: 'accepted', attemptId: sampleId('att', n * 10 + 1), atMs: 0, via: 'online' }
}

function acceptedOffline(n: number): NonNullable<SamplePayment['word']> {
  return {
    said: 'accepted',
    attemptId: sampleId('att', n * 10 + 1),
    atMs: 0,
    via: 'offline',
    kind: 'deferred',
  }
}

async function refusal(asked: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof Stripe.errors.StripeError) return error
  throw new Error('it was not refused by the server', { cause: error })
}
