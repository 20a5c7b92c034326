import type { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  acceptedOffline,
  sampleId,
  samplePayment,
  type SamplePayment,
  sampleStates,
} from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { fitsStripe, valid } from '../../test-support/stripe-schema.ts'
import { createStripeShop, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})

afterEach(() => shop.close())

test('the schema check can fail', () => {
  expect(fitsStripe('payment_intent', { id: 'pi_1' })).toBe(false)
  expect(fitsStripe('charge', { id: 7 })).toBe(false)
})

describe('each truth of a payment in Stripe’s words (DESIGN §5)', () => {
  const accepted = acceptedOffline(1)
  const stored = { storedMs: 1_800_000_000_000 }
  const manual = { captureMethod: 'manual' } as const

  test.each<[string, SamplePayment, object, object | null]>([
    [
      'stored and uploaded, nobody asked yet',
      { word: accepted, states: [sampleStates.planned], row: stored },
      { status: 'processing', amount_received: 0, last_payment_error: null },
      { status: 'pending', paid: false, captured: false, outcome: null, failure_code: null },
    ],
    [
      'sent and without an answer',
      { word: accepted, states: [sampleStates.unknown], row: stored },
      { status: 'processing' },
      { status: 'pending', paid: false },
    ],
    [
      'captured',
      { word: accepted, states: [sampleStates.approved], row: stored },
      { status: 'succeeded', amount_received: 1_234, amount_capturable: 0 },
      {
        status: 'succeeded',
        paid: true,
        captured: true,
        amount_captured: 1_234,
        authorization_code: '123456',
        outcome: { type: 'authorized', network_status: 'approved_by_network' },
      },
    ],
    [
      'declined after it was stored',
      { word: accepted, states: [sampleStates.declined], row: stored },
      {
        status: 'requires_payment_method',
        last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
      },
      {
        status: 'failed',
        failure_code: 'card_declined',
        outcome: { type: 'issuer_declined', reason: 'insufficient_funds' },
      },
    ],
    [
      'declined for now, and asked again later',
      { word: accepted, states: [{ ...sampleStates.declined, retryAtMs: 1 }], row: stored },
      { status: 'processing', last_payment_error: null },
      { status: 'pending', failure_code: null },
    ],
    [
      'declined online, the sale still open',
      { states: [{ ...sampleStates.declined, responseCode: '54' }] },
      { status: 'requires_payment_method', offline: null, last_payment_error: { code: 'expired_card' } },
      { status: 'failed', failure_code: 'expired_card' },
    ],
    [
      'approved online, not yet claimed',
      { states: [sampleStates.approved] },
      { status: 'processing', amount_received: 0 },
      { status: 'succeeded', paid: true },
    ],
    ['opened and nothing else', {}, { status: 'requires_payment_method', latest_charge: null }, null],
    [
      'tried online and surely not sent',
      { states: [sampleStates.shelved] },
      { status: 'requires_payment_method', latest_charge: null },
      null,
    ],
    [
      'voided',
      { word: { said: 'voided', reason: 'canceled' }, states: [sampleStates.reversed] },
      { status: 'canceled', cancellation_reason: 'requested_by_customer' },
      { status: 'failed', failure_code: 'authorization_reversed', paid: false },
    ],
    [
      'being reversed',
      { word: { said: 'voided', reason: 'abandoned' }, states: [sampleStates.reversing] },
      { status: 'canceled', cancellation_reason: 'abandoned' },
      { status: 'pending' },
    ],
  ])('%s', async (_what, sample, intent, charge) => {
    const id = await shop.put(1, sample)
    const found = valid('payment_intent', await shop.stripe.paymentIntents.retrieve(id))
    expect(found).toMatchObject({ id, object: 'payment_intent', livemode: false, ...intent })
    const expanded = await shop.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    valid('payment_intent', expanded)
    if (charge === null) {
      expect(expanded.latest_charge).toBeNull()
      return
    }
    expect(expanded.latest_charge).toMatchObject(charge)
    const chargeId = typeof found.latest_charge === 'string' ? found.latest_charge : 'expanded unasked'
    const retrieved = valid('charge', await shop.stripe.charges.retrieve(chargeId))
    expect(retrieved).toMatchObject({ id: chargeId, payment_intent: id, ...charge })
  })

  test('ST8: the error of a declined payment leads to the documentation of this gateway', async () => {
    const id = await shop.put(1, { word: accepted, states: [sampleStates.declined] })
    const found = await shop.stripe.paymentIntents.retrieve(id)
    expect(found.last_payment_error?.doc_url).toBe(`${shop.server.url}/docs/errors#card_declined`)
  })

  test('SQ17: a tip that was given before the card is a part of the amount, one that is written in later comes on top', async () => {
    const { device, gateway } = shop
    const sale = device.newSale({ amountMinor: 2_200 })
    await gateway.send(device, [
      await device.opened(sale, { tipMinor: 200 }),
      await device.stored(sale, await device.read(sale), 'deferred', { tipMinor: 200 }),
    ])
    const retrieve = () => shop.stripe.paymentIntents.retrieve(sale.paymentId)
    expect(valid('payment_intent', await retrieve())).toMatchObject({
      amount: 2_200,
      amount_details: { tip: { amount: 200 } },
    })
    const { saleId, paymentId, currency } = sale
    const tipped = { kind: 'tip.closed', sale: saleId, payment: paymentId, tipMinor: 100, currency }
    await gateway.send(device, [await device.append(tipped)])
    expect(await retrieve()).toMatchObject({ amount: 2_200, amount_details: { tip: { amount: 300 } } })
  })

  test('authorised, not captured', async () => {
    const row = samplePayment(1, { word: accepted, states: [sampleStates.approved] })
    await shop.gateway.world.store.commit({ payments: [{ ...row, story: { ...row.story, ...manual } }] })
    const found = await shop.stripe.paymentIntents.retrieve(row.story.paymentId, {
      expand: ['latest_charge'],
    })
    expect(valid('payment_intent', found)).toMatchObject({
      status: 'requires_capture',
      capture_method: 'manual',
      amount_capturable: 1_234,
      amount_received: 0,
      latest_charge: { status: 'succeeded', captured: false, amount_captured: 0, paid: true },
    })
  })

  test('an Interac payment has Interac’s details', async () => {
    const row = samplePayment(1, { states: [sampleStates.approved] })
    const details = row.details.map((detail) => ({
      ...detail,
      card: { ...detail.card, brand: 'interac' as const },
    }))
    await shop.gateway.world.store.commit({ payments: [{ ...row, details }] })
    const found = await shop.stripe.paymentIntents.retrieve(row.story.paymentId, {
      expand: ['latest_charge'],
    })
    expect(valid('payment_intent', found)).toMatchObject({
      payment_method_types: ['interac_present'],
      latest_charge: {
        payment_method_details: { type: 'interac_present', interac_present: { last4: '4242' } },
      },
    })
  })
})

test('a stored sale as it really happens shows its offline details on payment and charge (MP9, TM12, TM15)', async () => {
  const sale = shop.device.newSale()
  const attempt = await shop.device.read(sale)
  const storedAt = Math.floor(shop.gateway.clock.wallMs() / 1_000)
  const records = [await shop.device.opened(sale), await shop.device.stored(sale, attempt)]
  shop.gateway.clock.advance(7_200_000)
  await shop.gateway.send(shop.device, records)
  shop.gateway.startAuthoriser()
  await shop.gateway.until(async () => (await shop.gateway.payment(sale.paymentId)).outcomeSent)

  const found = await shop.stripe.paymentIntents.retrieve(sale.paymentId, { expand: ['latest_charge'] })
  expect(valid('payment_intent', found)).toMatchObject({
    id: sale.paymentId,
    status: 'succeeded',
    created: storedAt,
    metadata: { sale: sale.saleId, reference: 'table 4' },
    offline: {
      kind: 'deferred',
      stored_at: storedAt,
      received_at: storedAt + 7_200,
      device: shop.device.row.deviceId,
      seq: 2,
      attempts: [{ number: 1, state: 'approved', response_code: '00' }],
    },
    latest_charge: {
      payment_method_details: {
        type: 'card_present',
        card_present: {
          brand: 'visa',
          last4: '4242',
          read_method: 'contact_emv',
          reader: shop.device.readerId,
          location: shop.device.row.location,
          offline: { stored_at: storedAt, type: 'deferred' },
          receipt: {
            application_cryptogram: '0123456789ABCDEF',
            authorization_code: '654321',
            cardholder_verification_method: 'offline_pin',
            dedicated_file_name: 'A0000000031010',
          },
        },
      },
    },
  })
  expect(JSON.stringify(found)).not.toContain('4242424242424242')
})

test('a void tells when it came', async () => {
  const sale = shop.device.newSale()
  await shop.gateway.send(shop.device, [await shop.device.opened(sale), await shop.device.voided(sale)])
  const found = await shop.stripe.paymentIntents.retrieve(sale.paymentId)
  expect(valid('payment_intent', found)).toMatchObject({
    status: 'canceled',
    canceled_at: Math.floor(shop.gateway.clock.wallMs() / 1_000),
  })
})

describe('lists', () => {
  const ids = (page: { data: { id: string }[] }) => page.data.map((item) => item.id)
  const pi = (n: number) => sampleId('pi', n)
  const atSecond = (second: number) => ({ row: { openedMs: second * 1_000 } })

  test('are newest first, ten at a time, and the client reads on by itself', async () => {
    for (let n = 1; n <= 25; n += 1) await shop.put(n, atSecond(n))
    const page = await shop.stripe.paymentIntents.list()
    expect(ids(page)).toEqual(Array.from({ length: 10 }, (_, at) => pi(25 - at)))
    expect(page).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' })
    for (const item of page.data) valid('payment_intent', item)
    const all: string[] = []
    for await (const intent of shop.stripe.paymentIntents.list({ limit: 7 })) all.push(intent.id)
    expect(all).toEqual(Array.from({ length: 25 }, (_, at) => pi(25 - at)))
  })

  test('go both ways from a payment, also among sales of one moment', async () => {
    for (let n = 1; n <= 5; n += 1) await shop.put(n, atSecond(1))
    expect(ids(await shop.stripe.paymentIntents.list({ starting_after: pi(3), limit: 5 }))).toEqual([
      pi(2),
      pi(1),
    ])
    const before = await shop.stripe.paymentIntents.list({ ending_before: pi(2), limit: 2 })
    expect(ids(before)).toEqual([pi(4), pi(3)])
    expect(before.has_more).toBe(true)
  })

  test('of a range of time have their bounds where they say', async () => {
    for (let n = 1; n <= 5; n += 1) await shop.put(n, { row: { openedMs: n * 1_000 + 500 } })
    const created = async (range: Stripe.RangeQueryParam | number) =>
      ids(await shop.stripe.paymentIntents.list({ created: range }))
    expect(await created({ gte: 2, lte: 4 })).toEqual([pi(4), pi(3), pi(2)])
    expect(await created({ gt: 2, lt: 4 })).toEqual([pi(3)])
    expect(await created(5)).toEqual([pi(5)])
    expect(await created({ gt: 5 })).toEqual([])
  })

  test('expand what they hold', async () => {
    await shop.put(1, { states: [sampleStates.approved] })
    const page = await shop.stripe.paymentIntents.list({ expand: ['data.latest_charge'] })
    expect(valid('payment_intent', page.data[0] ?? {})).toMatchObject({ latest_charge: { object: 'charge' } })
  })

  test('of charges hold every try of a payment that reached or will reach the issuer', async () => {
    const reversed = { ...sampleStates.reversed, why: 'superseded' as const }
    await shop.put(1, { states: [reversed, sampleStates.shelved, sampleStates.planned, sampleStates.sent] })
    await shop.put(2, { states: [sampleStates.approved] })
    const ofOne = await shop.stripe.charges.list({ payment_intent: pi(1) })
    expect(ids(ofOne).sort()).toEqual([sampleId('ch', 11), sampleId('ch', 14)])
    const all: Stripe.Charge[] = []
    for await (const charge of shop.stripe.charges.list({ limit: 1, expand: ['data.payment_intent'] }))
      all.push(charge)
    expect(all.map((charge) => charge.id).sort()).toEqual([11, 14, 21].map((n) => sampleId('ch', n)))
    for (const charge of all) {
      valid('charge', charge)
      expect(charge.payment_intent).toMatchObject({ object: 'payment_intent' })
    }
  })

  test('of what Holdfast does not have are empty', async () => {
    await shop.put(1, {})
    expect(ids(await shop.stripe.paymentIntents.list({ customer: 'cus_1' }))).toEqual([])
  })
})
