import type { Pool } from 'pg'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sampleId, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { valid } from '../../test-support/stripe-schema.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})

afterEach(() => shop.close())

describe('refusals', () => {
  test('an unknown payment or charge is a 404 that names it', async () => {
    const error = await refusal(shop.stripe.paymentIntents.retrieve('pi_nothing'))
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'intent' })
    expect(error.message).toBe("No such payment_intent: 'pi_nothing'")
    expect(error.requestId).toMatch(/^req_/)
    valid('error', { error: error.raw as object })
    expect(await refusal(shop.stripe.charges.retrieve('ch_nothing'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
    })
  })

  test('without a key, with a wrong one, or with one for browsers it is a 401', async () => {
    for (const key of ['sk_test_wrong', shopKeys.publishable]) {
      const error = await refusal(shop.clientWith(key).paymentIntents.list())
      expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
      expect(error.message).not.toContain(key.length > 16 ? key : '\0')
    }
    const bare = await fetch(`${shop.server.url}/v1/payment_intents`)
    expect(bare.status).toBe(401)
    valid('error', (await bare.json()) as object)
  })

  test('HTTP Basic carries a key as well', async () => {
    const authorization = `Basic ${Buffer.from(`${shopKeys.secret}:`).toString('base64')}`
    expect((await fetch(`${shop.server.url}/v1/charges`, { headers: { authorization } })).status).toBe(200)
  })

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 401],
    [{ 'sec-fetch-site': 'same-site' }, 401],
    [{ origin: 'https://elsewhere.example' }, 401],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
  ])('a key that a browser adds by itself counts only from here: %o is answered %i', async (from, status) => {
    const authorization = `Basic ${Buffer.from(`${shopKeys.secret}:`).toString('base64')}`
    const asked = (headers: Record<string, string>) =>
      shop.ask('POST', '/customers', { body: 'name=Eve', headers: { ...headers, ...from } })
    expect((await asked({ authorization })).status).toBe(status)
    expect((await shop.stripe.customers.list()).data).toHaveLength(status === 200 ? 1 : 0)
    // No browser adds a bearer's key.
    expect((await asked({})).status).toBe(200)
  })

  test('a revoked key is wrong', async () => {
    await shop.gateway.database.pool.query('update api_keys set revoked_ms = 1')
    expect((await refusal(shop.stripe.paymentIntents.list())).statusCode).toBe(401)
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
    const answer = await fetch(shop.server.url + path, {
      headers: { authorization: `Bearer ${shopKeys.secret}` },
    })
    const body = valid('error', (await answer.json()) as { error: object })
    expect(answer.status).toBe(400)
    expect(body.error).toMatchObject({ type: 'invalid_request_error', ...wanted })
    expect(answer.headers.get('request-id')).toMatch(/^req_/)
  })

  test('a place that is not there says so', async () => {
    const error = await refusal(shop.stripe.coupons.list())
    expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' })
    expect(error.message).toContain('Unrecognized request URL (GET: /v1/coupons)')
  })

  test('a fault inside is an api_error', async () => {
    shop.server.replaceParts({
      pool: { query: () => Promise.reject(new Error('gone')) } as unknown as Pool,
    })
    const error = await refusal(shop.stripe.paymentIntents.list())
    expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError)
    expect(error).toMatchObject({ statusCode: 500 })
  })
})

test('no account sees another, and test and live are apart', async () => {
  const id = await shop.put(1, { states: [sampleStates.approved] })
  const stranger = shop.clientWith(shopKeys.stranger)
  expect((await stranger.paymentIntents.list()).data).toEqual([])
  expect(await refusal(stranger.paymentIntents.retrieve(id))).toMatchObject({ statusCode: 404 })
  expect(await refusal(stranger.charges.retrieve(sampleId('ch', 11)))).toMatchObject({ statusCode: 404 })

  const live = shop.clientWith(shopKeys.live)
  expect((await live.charges.list()).data).toEqual([])
  const error = await refusal(live.paymentIntents.retrieve(id))
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' })
  expect(error.message).toContain('a similar object exists in test mode, but a live mode key was used')
  expect((await refusal(live.charges.retrieve(sampleId('ch', 11)))).message).toContain('exists in test mode')
})

async function refusal(asked: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('it was not refused')
}
