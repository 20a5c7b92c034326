import { Ajv } from 'ajv'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import schema from '../../../test-data/stripe-schema.json' with { type: 'json' }
import { storeApiKey } from '../../api-keys/api-keys.ts'
import {
  ACCOUNT,
  acceptedOffline,
  sampleId,
  samplePayment,
  type SamplePayment,
  sampleStates,
} from '../../test-support/sample-rows.ts'
import type { TestDevice } from '../../test-support/test-device.ts'
import { createTestGateway, type TestGateway } from '../../test-support/test-gateway.ts'
import { createTestServer, type TestServer } from '../../test-support/test-server.ts'

const SECRET = 'sk_test_000000000000000000000001'
const LIVE_SECRET = 'sk_live_000000000000000000000001'
const PUBLISHABLE = 'pk_test_000000000000000000000001'
const STRANGER = 'sk_test_999999999999999999999999'
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(schema, 'stripe')
let gateway: TestGateway
let server: TestServer
let device: TestDevice
let stripe: Stripe

beforeEach(async () => {
  gateway = await createTestGateway()
  device = await gateway.addDevice(1)
  await gateway.addDevice(9, { account: sampleId('acct', 9), location: sampleId('loc', 9) })
  server = await createTestServer(gateway)
  const { pool } = gateway.database
  await storeApiKey(pool, SECRET, { account: ACCOUNT, mode: 'test', kind: 'secret' }, 0)
  await storeApiKey(pool, LIVE_SECRET, { account: ACCOUNT, mode: 'live', kind: 'secret' }, 0)
  await storeApiKey(pool, PUBLISHABLE, { account: ACCOUNT, mode: 'test', kind: 'publishable' }, 0)
  await storeApiKey(pool, STRANGER, { account: sampleId('acct', 9), mode: 'test', kind: 'secret' }, 0)
  stripe = clientWith(SECRET)
})

afterEach(async () => {
  await server.close()
  await gateway.close()
})

function clientWith(key: string): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: server.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  })
}

/** Checked against Stripe's own document, and without `lastResponse`, which the client adds. */
function valid<Answer extends object>(noun: 'payment_intent' | 'charge' | 'error', answer: Answer): Answer {
  const body: unknown = JSON.parse(JSON.stringify(answer))
  ajv.validate(`stripe#/definitions/${noun}`, body)
  expect(ajv.errors ?? []).toEqual([])
  return answer
}

async function put(n: number, sample: SamplePayment): Promise<string> {
  const row = samplePayment(n, sample)
  expect(await gateway.world.store.commit({ payments: [row] })).toBe('committed')
  return row.story.paymentId
}

async function refusal(asked: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('the schema check can fail', () => {
  expect(ajv.validate('stripe#/definitions/payment_intent', { id: 'pi_1' })).toBe(false)
  expect(ajv.validate('stripe#/definitions/charge', { id: 7 })).toBe(false)
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
    const id = await put(1, sample)
    const found = valid('payment_intent', await stripe.paymentIntents.retrieve(id))
    expect(found).toMatchObject({ id, object: 'payment_intent', livemode: false, ...intent })
    const expanded = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    valid('payment_intent', expanded)
    if (charge === null) {
      expect(expanded.latest_charge).toBeNull()
      return
    }
    expect(expanded.latest_charge).toMatchObject(charge)
    const chargeId = typeof found.latest_charge === 'string' ? found.latest_charge : 'expanded unasked'
    const retrieved = valid('charge', await stripe.charges.retrieve(chargeId))
    expect(retrieved).toMatchObject({ id: chargeId, payment_intent: id, ...charge })
  })

  test('authorised, not captured', async () => {
    const row = samplePayment(1, { word: accepted, states: [sampleStates.approved] })
    await gateway.world.store.commit({ payments: [{ ...row, story: { ...row.story, ...manual } }] })
    const found = await stripe.paymentIntents.retrieve(row.story.paymentId, { expand: ['latest_charge'] })
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
    await gateway.world.store.commit({ payments: [{ ...row, details }] })
    const found = await stripe.paymentIntents.retrieve(row.story.paymentId, { expand: ['latest_charge'] })
    expect(valid('payment_intent', found)).toMatchObject({
      payment_method_types: ['interac_present'],
      latest_charge: {
        payment_method_details: { type: 'interac_present', interac_present: { last4: '4242' } },
      },
    })
  })
})

test('a stored sale as it really happens shows its offline details on payment and charge (MP9, TM12, TM15)', async () => {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  const storedAt = Math.floor(gateway.clock.wallMs() / 1_000)
  const records = [await device.opened(sale), await device.stored(sale, attempt)]
  gateway.clock.advance(7_200_000)
  await gateway.send(device, records)
  gateway.startAuthoriser()
  await gateway.until(async () => (await gateway.payment(sale.paymentId)).outcomeSent)

  const found = await stripe.paymentIntents.retrieve(sale.paymentId, { expand: ['latest_charge'] })
  expect(valid('payment_intent', found)).toMatchObject({
    id: sale.paymentId,
    status: 'succeeded',
    created: storedAt,
    metadata: { sale: sale.saleId, reference: 'table 4' },
    offline: {
      kind: 'deferred',
      stored_at: storedAt,
      received_at: storedAt + 7_200,
      device: device.row.deviceId,
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
          reader: device.readerId,
          location: device.row.location,
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
  const sale = device.newSale()
  await gateway.send(device, [await device.opened(sale), await device.voided(sale)])
  const found = await stripe.paymentIntents.retrieve(sale.paymentId)
  expect(valid('payment_intent', found)).toMatchObject({
    status: 'canceled',
    canceled_at: Math.floor(gateway.clock.wallMs() / 1_000),
  })
})

describe('lists', () => {
  const ids = (page: { data: { id: string }[] }) => page.data.map((item) => item.id)
  const pi = (n: number) => sampleId('pi', n)
  const atSecond = (second: number) => ({ row: { openedMs: second * 1_000 } })

  test('are newest first, ten at a time, and the client reads on by itself', async () => {
    for (let n = 1; n <= 25; n += 1) await put(n, atSecond(n))
    const page = await stripe.paymentIntents.list()
    expect(ids(page)).toEqual(Array.from({ length: 10 }, (_, at) => pi(25 - at)))
    expect(page).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' })
    for (const item of page.data) valid('payment_intent', item)
    const all: string[] = []
    for await (const intent of stripe.paymentIntents.list({ limit: 7 })) all.push(intent.id)
    expect(all).toEqual(Array.from({ length: 25 }, (_, at) => pi(25 - at)))
  })

  test('go both ways from a payment, also among sales of one moment', async () => {
    for (let n = 1; n <= 5; n += 1) await put(n, atSecond(1))
    expect(ids(await stripe.paymentIntents.list({ starting_after: pi(3), limit: 5 }))).toEqual([pi(2), pi(1)])
    const before = await stripe.paymentIntents.list({ ending_before: pi(2), limit: 2 })
    expect(ids(before)).toEqual([pi(4), pi(3)])
    expect(before.has_more).toBe(true)
  })

  test('of a range of time have their bounds where they say', async () => {
    for (let n = 1; n <= 5; n += 1) await put(n, { row: { openedMs: n * 1_000 + 500 } })
    const created = async (range: Stripe.RangeQueryParam | number) =>
      ids(await stripe.paymentIntents.list({ created: range }))
    expect(await created({ gte: 2, lte: 4 })).toEqual([pi(4), pi(3), pi(2)])
    expect(await created({ gt: 2, lt: 4 })).toEqual([pi(3)])
    expect(await created(5)).toEqual([pi(5)])
    expect(await created({ gt: 5 })).toEqual([])
  })

  test('expand what they hold', async () => {
    await put(1, { states: [sampleStates.approved] })
    const page = await stripe.paymentIntents.list({ expand: ['data.latest_charge'] })
    expect(valid('payment_intent', page.data[0] ?? {})).toMatchObject({ latest_charge: { object: 'charge' } })
  })

  test('of charges hold every try of a payment that reached or will reach the issuer', async () => {
    const reversed = { ...sampleStates.reversed, why: 'superseded' as const }
    await put(1, { states: [reversed, sampleStates.shelved, sampleStates.planned, sampleStates.sent] })
    await put(2, { states: [sampleStates.approved] })
    const ofOne = await stripe.charges.list({ payment_intent: pi(1) })
    expect(ids(ofOne).sort()).toEqual([sampleId('ch', 11), sampleId('ch', 14)])
    const all: Stripe.Charge[] = []
    for await (const charge of stripe.charges.list({ limit: 1, expand: ['data.payment_intent'] }))
      all.push(charge)
    expect(all.map((charge) => charge.id).sort()).toEqual([11, 14, 21].map((n) => sampleId('ch', n)))
    for (const charge of all) {
      valid('charge', charge)
      expect(charge.payment_intent).toMatchObject({ object: 'payment_intent' })
    }
  })

  test('of what Holdfast does not have are empty', async () => {
    await put(1, {})
    expect(ids(await stripe.paymentIntents.list({ customer: 'cus_1' }))).toEqual([])
  })
})

describe('refusals', () => {
  test('an unknown payment or charge is a 404 that names it', async () => {
    const error = await refusal(stripe.paymentIntents.retrieve('pi_nothing'))
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'intent' })
    expect(error.message).toBe("No such payment_intent: 'pi_nothing'")
    expect(error.requestId).toMatch(/^req_/)
    valid('error', { error: error.raw as object })
    expect(await refusal(stripe.charges.retrieve('ch_nothing'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
    })
  })

  test('without a key, with a wrong one, or with one for browsers it is a 401', async () => {
    for (const key of ['sk_test_wrong', PUBLISHABLE]) {
      const error = await refusal(clientWith(key).paymentIntents.list())
      expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
      expect(error.message).not.toContain(key.length > 16 ? key : '\0')
    }
    const bare = await fetch(`${server.url}/v1/payment_intents`)
    expect(bare.status).toBe(401)
    valid('error', (await bare.json()) as object)
  })

  test('HTTP Basic carries a key as well', async () => {
    const authorization = `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}`
    expect((await fetch(`${server.url}/v1/charges`, { headers: { authorization } })).status).toBe(200)
  })

  test('a revoked key is wrong', async () => {
    await gateway.database.pool.query('update api_keys set revoked_ms = 1')
    expect((await refusal(stripe.paymentIntents.list())).statusCode).toBe(401)
  })

  test.each<[string, string, object]>([
    [
      'an unknown parameter',
      '/v1/payment_intents?colour=red',
      { code: 'parameter_unknown', param: 'colour' },
    ],
    [
      'an unknown parameter of one',
      '/v1/payment_intents/pi_1?limit=1',
      { code: 'parameter_unknown', param: 'limit' },
    ],
    ['a limit of no', '/v1/payment_intents?limit=0', { param: 'limit' }],
    ['a limit beyond 100', '/v1/charges?limit=101', { param: 'limit' }],
    [
      'a limit that is no number',
      '/v1/charges?limit=ten',
      { code: 'parameter_invalid_integer', param: 'limit' },
    ],
    ['a moment that is none', '/v1/charges?created[gte]=today', { code: 'parameter_invalid_integer' }],
    ['two cursors', '/v1/charges?starting_after=ch_1&ending_before=ch_2', { param: 'ending_before' }],
    [
      'a cursor that is unknown',
      '/v1/charges?starting_after=ch_1',
      { code: 'resource_missing', param: 'starting_after' },
    ],
    ['a parameter twice', '/v1/charges?limit=1&limit=2', { param: 'limit' }],
    ['an expansion that does not exist', '/v1/charges?expand[]=data.secrets', { param: 'expand' }],
    ['an expansion of a list without data', '/v1/charges?expand[]=payment_intent', { param: 'expand' }],
    ['charges of an unknown payment', '/v1/charges?payment_intent=pi_1', { code: 'resource_missing' }],
  ])('%s', async (_what, path, wanted) => {
    const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${SECRET}` } })
    const body = valid('error', (await answer.json()) as { error: object })
    expect(answer.status).toBe(400)
    expect(body.error).toMatchObject({ type: 'invalid_request_error', ...wanted })
    expect(answer.headers.get('request-id')).toMatch(/^req_/)
  })

  test('a place that is not there says so', async () => {
    const error = await refusal(stripe.customers.list())
    expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' })
    expect(error.message).toContain('Unrecognized request URL (GET: /v1/customers)')
  })

  test('a fault inside is an api_error', async () => {
    server.replaceParts({
      pool: { query: () => Promise.reject(new Error('gone')) } as unknown as typeof gateway.database.pool,
    })
    const error = await refusal(stripe.paymentIntents.list())
    expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError)
    expect(error).toMatchObject({ statusCode: 500 })
  })
})

test('no account sees another, and test and live are apart', async () => {
  const id = await put(1, { states: [sampleStates.approved] })
  const stranger = clientWith(STRANGER)
  expect((await stranger.paymentIntents.list()).data).toEqual([])
  expect(await refusal(stranger.paymentIntents.retrieve(id))).toMatchObject({ statusCode: 404 })
  expect(await refusal(stranger.charges.retrieve(sampleId('ch', 11)))).toMatchObject({ statusCode: 404 })

  const live = clientWith(LIVE_SECRET)
  expect((await live.charges.list()).data).toEqual([])
  const error = await refusal(live.paymentIntents.retrieve(id))
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' })
  expect(error.message).toContain('it exists in test mode, but a live mode key was used')
  expect((await refusal(live.charges.retrieve(sampleId('ch', 11)))).message).toContain('exists in test mode')
})
