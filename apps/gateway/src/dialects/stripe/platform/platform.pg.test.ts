import { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeApiKey } from '../../../api-keys/api-keys.ts'
import { publishEvents } from '../../../events/publish-events.ts'
import { recordEvent } from '../../../events/record-event.ts'
import { createTokenBuckets } from '../../../http/token-buckets.ts'
import { ACCOUNT, sampleStates } from '../../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../../test-support/stripe-shop.ts'
import { renderObjects } from '../render-object.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})

afterEach(() => shop.close())

const count = async (table: 'customers' | 'idempotency_keys') => {
  const { rows } = await database().pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)
  return rows[0]?.n
}

describe('parameters are refused in Stripe’s words', () => {
  test.each<[string, string, string, object]>([
    ['an unknown one', '/customers', 'name=A&colour=red', { code: 'parameter_unknown', param: 'colour' }],
    [
      'an unknown part of one',
      '/customers',
      'address[planet]=mars',
      { code: 'parameter_unknown', param: 'address[planet]' },
    ],
    ['a missing one', '/payment_intents', 'currency=eur', { code: 'parameter_missing', param: 'amount' }],
    [
      'a missing part of one',
      '/customers',
      'shipping[phone]=1&shipping[address][city]=x',
      { code: 'parameter_missing', param: 'shipping[name]' },
    ],
    [
      'what is no integer',
      '/payment_intents',
      'amount=12.50&currency=eur',
      { code: 'parameter_invalid_integer', param: 'amount', message: 'Invalid integer: 12.50' },
    ],
    [
      'nothing where something must be',
      '/payment_intents',
      'amount=&currency=eur',
      { code: 'parameter_invalid_empty', param: 'amount' },
    ],
    ['an amount of nothing', '/payment_intents', 'amount=0&currency=eur', { code: 'amount_too_small' }],
    [
      'an amount beyond twelve digits',
      '/payment_intents',
      'amount=1000000000000&currency=eur',
      { code: 'amount_too_large', param: 'amount' },
    ],
    ['a currency that is none', '/payment_intents', 'amount=1&currency=xxx', { param: 'currency' }],
    ['an e-mail that is none', '/customers', 'email=nobody', { code: 'email_invalid', param: 'email' }],
    ['parts where text must be', '/customers', 'name[a]=b', { param: 'name' }],
    ['text where parts must be', '/customers', 'address=here', { param: 'address' }],
    ['a value and parts', '/customers', 'address=here&address[city]=x', { param: 'address[city]' }],
    ['text that is too long', '/customers', `name=${'x'.repeat(257)}`, { param: 'name' }],
    [
      'one of a list',
      '/payment_intents',
      'amount=1&currency=eur&payment_method_types[0]=card_present&payment_method_types[1]=cash',
      { param: 'payment_method_types[1]' },
    ],
    ['a name with broken brackets', '/customers', 'metadata[a=b', { param: 'metadata[a' }],
    ['what is no text', '/customers', 'name=%ff', {}],
    ['a NUL', '/customers', 'name=%00', {}],
    [
      'an expansion that is none',
      '/customers',
      'expand[0]=secrets',
      { param: 'expand', message: expect.stringContaining('cannot be expanded') },
    ],
  ])('%s', async (_what, path, body, wanted) => {
    const answer = await shop.ask('POST', path, { body })
    expect(answer.status).toBe(400)
    expect(answer.body['error']).toMatchObject({ type: 'invalid_request_error', ...wanted })
    expect(answer.headers.get('stripe-should-retry')).toBe('false')
    expect(await count('customers')).toBe(0)
  })

  test('a body of another type is refused, an empty one is not', async () => {
    const json = { 'content-type': 'application/json' }
    expect((await shop.ask('POST', '/customers', { body: '{"name":"A"}', headers: json })).status).toBe(400)
    expect((await shop.ask('POST', '/customers')).status).toBe(200)
  })
})

describe('an idempotency key', () => {
  const create = (name: string, idempotencyKey: string, key: string = shopKeys.secret) =>
    shop.clientWith(key).customers.create({ name }, { idempotencyKey })

  test('does a thing once, and its replay shows the thing as it is now', async () => {
    const first = await create('Ada', 'key-1')
    await shop.stripe.customers.update(first.id, { email: 'ada@example.com' })
    const again = await shop.ask('POST', '/customers', {
      body: 'name=Ada',
      headers: { 'idempotency-key': 'key-1' },
    })
    expect(again.body).toMatchObject({ id: first.id, email: 'ada@example.com' })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.headers.get('original-request')).toBe(first.lastResponse.requestId)
    expect(again.headers.get('idempotency-key')).toBe('key-1')
    expect(await count('customers')).toBe(1)
  })

  test('belongs to what it was first used for', async () => {
    await create('Ada', 'key-1')
    const error = await create('Grace', 'key-1').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    expect(error).toMatchObject({ statusCode: 400 })
    expect(await count('customers')).toBe(1)
  })

  test('is another one in the other mode and in another account', async () => {
    await create('Ada', 'key-1')
    await create('Grace', 'key-1', shopKeys.live)
    await create('Alan', 'key-1', shopKeys.stranger)
    expect(await count('customers')).toBe(3)
  })

  test('of a refusal is free again', async () => {
    await expect(shop.stripe.customers.create({ email: 'no' }, { idempotencyKey: 'key-1' })).rejects.toThrow()
    await create('Ada', 'key-1')
    expect(await count('idempotency_keys')).toBe(1)
  })

  test('longer than 255 characters is refused', async () => {
    await expect(create('Ada', 'k'.repeat(256))).rejects.toMatchObject({ statusCode: 400 })
    await create('Ada', 'k'.repeat(255))
  })

  test('is in use while its owner lives, and free when the owner is dead', async () => {
    const owner = await database().pool.connect()
    await owner.query('begin')
    await owner.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${ACCOUNT}/test/key-1`])
    const answer = await shop.ask('POST', '/customers', { headers: { 'idempotency-key': 'key-1' } })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'idempotency_key_in_use' } } })
    expect(answer.headers.get('stripe-should-retry')).toBe('true')
    // As by a process that was killed: the connection is gone, and nobody said goodbye.
    owner.release(new Error('killed'))
    await shop.gateway.until(async () => {
      const again = await shop.ask('POST', '/customers', { headers: { 'idempotency-key': 'key-1' } })
      return again.status === 200
    })
    expect(await count('customers')).toBe(1)
  })

  test('sent twenty times at once makes one thing', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        shop.ask('POST', '/customers', { body: 'name=Ada', headers: { 'idempotency-key': 'key-1' } }),
      ),
    )
    expect(all.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
    expect(new Set(all.filter(({ status }) => status === 200).map(({ body }) => body['id'])).size).toBe(1)
    expect(await count('customers')).toBe(1)
  })

  test('is kept for a day at least, and goes with a later one when it is a month old', async () => {
    const first = await create('Ada', 'key-1')
    shop.gateway.clock.advance(25 * 3_600_000)
    expect((await create('Ada', 'key-1')).id).toBe(first.id)
    shop.gateway.clock.advance(31 * 24 * 3_600_000)
    await create('Grace', 'key-2')
    expect(await count('idempotency_keys')).toBe(1)
  })
})

describe('a restricted key (ST7)', () => {
  const key = 'rk_test_000000000000000000000001'

  test('may do what it was given, sees no more by expanding, and is told what it lacks', async () => {
    const permissions = { customer: 'write', charge: 'read' } as const
    await storeApiKey(
      database().pool,
      key,
      { account: ACCOUNT, mode: 'test', kind: 'restricted', permissions },
      0,
    )
    const restricted = shop.clientWith(key)
    const { id } = await restricted.customers.create({})
    expect((await restricted.customers.retrieve(id)).id).toBe(id)
    expect((await restricted.charges.list()).data).toEqual([])
    const error = await restricted.charges.update('ch_1', {}).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError)
    expect(error).toMatchObject({ message: expect.stringContaining("'rak_charge_write'") })
    await expect(restricted.paymentIntents.list()).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("'rak_payment_intent_read'"),
    })
    const lacks = { statusCode: 403, message: expect.stringContaining("'rak_payment_intent_read'") }
    await expect(restricted.charges.list({ expand: ['data.payment_intent'] })).rejects.toMatchObject(lacks)
    expect((await restricted.charges.list({ expand: ['data.customer'] })).data).toEqual([])
    const inside = restricted.charges.list({ expand: ['data.dispute.payment_intent'] })
    await expect(inside).rejects.toMatchObject({ message: expect.stringContaining("'rak_dispute_read'") })
    const older = shop.olderClientWith(key).paymentIntents.list()
    await expect(older).rejects.toMatchObject({ type: 'StripePermissionError' })
  })
})

test('whoever asks too fast is told to wait, each account by itself (ST8)', async () => {
  const { clock } = shop.gateway
  shop.server.replaceParts({ rateLimit: createTokenBuckets(clock, { perSecond: 2, burst: 3 }) })
  const ask = () => shop.ask('GET', '/customers')
  expect([await ask(), await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200, 200])
  const refused = await ask()
  expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limit' } } })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.headers.get('stripe-should-retry')).toBe('true')
  await expect(shop.stripe.customers.list()).rejects.toBeInstanceOf(Stripe.errors.StripeRateLimitError)
  await expect(shop.olderClientWith(shopKeys.secret).customers.list()).rejects.toMatchObject({
    type: 'StripeRateLimitError',
  })
  expect((await shop.ask('GET', '/customers', { key: shopKeys.stranger })).status).toBe(200)
  clock.advance(1_000)
  expect([await ask(), await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200, 429])
})

test('an answer names its request and the version that was asked for; another account is refused', async () => {
  const { lastResponse } = await shop.stripe.customers.list()
  expect(lastResponse.requestId).toMatch(/^req_/)
  expect(lastResponse.apiVersion).toBe(Stripe.API_VERSION)
  const versioned = (version: string) =>
    shop.ask('GET', '/customers', { headers: { 'stripe-version': version } })
  expect((await versioned('2020-08-27')).status).toBe(200)
  expect(await versioned('tomorrow')).toMatchObject({
    status: 400,
    body: { error: { message: 'Invalid Stripe API version: tomorrow' } },
  })
  const own = await shop.stripe.customers.list({}, { stripeAccount: ACCOUNT })
  expect([own.data, own.lastResponse.stripeAccount]).toEqual([[], ACCOUNT])
  await expect(shop.stripe.customers.list({}, { stripeAccount: 'acct_other' })).rejects.toMatchObject({
    statusCode: 403,
    code: 'account_invalid',
  })
})

test('an event names the request that caused it, and the key that it was sent under', async () => {
  const { pool } = database()
  const { log, clock } = shop.gateway.world
  const asked = [{ name: 'Ada' }, { idempotencyKey: 'ada' }] as const
  const made = await shop.stripe.customers.create(...asked)
  const replayed = await shop.stripe.customers.create(...asked)
  const deleted = await shop.ask('DELETE', `/customers/${made.id}`)
  expect(replayed.id).toBe(made.id)
  await publishEvents({
    pool,
    nowMs: () => clock.wallMs(),
    log,
    render: renderObjects,
    gatewayUrl: 'http://gateway.test',
  })
  const { data } = await shop.stripe.events.list()
  const told = data.toSorted((a, b) => (a.type < b.type ? -1 : 1)).map(({ type, request }) => [type, request])
  expect(told).toEqual([
    ['customer.created', { id: made.lastResponse.requestId, idempotency_key: 'ada' }],
    ['customer.deleted', { id: deleted.headers.get('request-id'), idempotency_key: null }],
  ])
  // What no request has caused names none, on a connection that has served one before.
  await recordEvent(pool, {
    account: ACCOUNT,
    mode: 'test',
    type: 'device.online',
    object: 'device',
    id: 'dev_1',
    atMs: 1,
  })
  await publishEvents({
    pool,
    nowMs: () => clock.wallMs(),
    log,
    render: renderObjects,
    gatewayUrl: 'http://gateway.test',
  })
  const [event] = (await shop.stripe.events.list({ type: 'device.online' })).data
  expect(event?.request).toEqual({ id: null, idempotency_key: null })
})

test('expansions nest, four levels deep at most', async () => {
  const customer = await shop.stripe.customers.create({ name: 'Ada' })
  const id = await shop.put(1, { states: [sampleStates.approved] })
  await shop.stripe.paymentIntents.update(id, { customer: customer.id })
  const expand = ['data.latest_charge.payment_intent.customer', 'data.customer']
  const { data } = await shop.stripe.paymentIntents.list({ expand })
  expect(data).toMatchObject([
    {
      customer: { name: 'Ada' },
      latest_charge: {
        object: 'charge',
        customer: customer.id,
        payment_intent: { id, customer: { name: 'Ada' } },
      },
    },
  ])
  const five = 'latest_charge.payment_intent.latest_charge.payment_intent.customer'
  await expect(shop.stripe.paymentIntents.retrieve(id, { expand: [five] })).rejects.toMatchObject({
    param: 'expand',
    message: expect.stringContaining('4 levels'),
  })
})

test('a page follows the one before also when all of that was changed meanwhile and is not in the list any more', async () => {
  const { paymentIntents } = shop.stripe
  const made: string[] = []
  for (const amount of [1, 2, 3, 4]) {
    const intent = { amount, currency: 'eur', payment_method_types: ['card_present'] }
    made.push((await paymentIntents.create(intent)).id)
  }
  const canceled: string[] = []
  const cancel = async (id: string) => void canceled.push((await paymentIntents.cancel(id)).id)
  const waiting = { query: `status:'requires_payment_method' AND amount>2`, limit: 1 }
  for await (const { id } of paymentIntents.search(waiting)) await cancel(id)
  expect(new Set(canceled)).toEqual(new Set(made.slice(2)))
  // The filter is one that only Holdfast has, so its types do not know it.
  const open: object = { status: 'requires_payment_method', limit: 1 }
  for await (const { id } of paymentIntents.list(open)) await cancel(id)
  expect(new Set(canceled)).toEqual(new Set(made))
  const wrong = paymentIntents.list({ ...open, starting_after: 'pi_nothing' })
  await expect(wrong).rejects.toMatchObject({ code: 'resource_missing', param: 'starting_after' })
})

test('a search tells the number of all that it finds where that is expanded', async () => {
  for (const name of ['Ada', 'Ada', 'Eve']) await shop.stripe.customers.create({ name })
  const query = { query: `name:'Ada'`, limit: 1 }
  const counted = await shop.stripe.customers.search({ ...query, expand: ['total_count'] })
  expect(counted).toMatchObject({ total_count: 2, has_more: true, data: [{ name: 'Ada' }] })
  expect(await shop.stripe.customers.search(query)).not.toHaveProperty('total_count')
})
