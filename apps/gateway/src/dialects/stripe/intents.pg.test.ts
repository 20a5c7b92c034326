import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptedOffline, sampleId, sampleStates } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})

afterEach(() => shop.close())

const intents = () => shop.stripe.paymentIntents
const inPerson = { amount: 1_250, currency: 'eur', payment_method_types: ['card_present'] }
const eventsOf = async (id: string) => {
  const { rows } = await database().pool.query<{ type: string }>(
    'select type from events where object_id = $1 order by position',
    [id],
  )
  return rows.map(({ type }) => type)
}

describe.each(['current', 'older'] as const)(
  'a payment that a back end asks for, by the %s client',
  (version) => {
    const client = () =>
      (version === 'current' ? shop.stripe : shop.olderClientWith(shopKeys.secret)).paymentIntents

    test('waits for a till, is changed, listed, searched and canceled', async () => {
      const customer = await shop.stripe.customers.create({ name: 'Ada' })
      const made = await client().create({
        ...inPerson,
        customer: customer.id,
        description: 'Order 7',
        receipt_email: 'ada@example.com',
        metadata: { order: '7' },
        payment_method_options: { card_present: { request_extended_authorization: true } },
      })
      expect(made).toMatchObject({
        status: 'requires_payment_method',
        amount: 1_250,
        capture_method: 'automatic',
        customer: customer.id,
        latest_charge: null,
        client_secret: expect.stringMatching(new RegExp(`^${made.id}_secret_`)),
        offline: null,
      })
      const changed = await client().update(made.id, {
        amount: 2_000,
        capture_method: 'manual',
        metadata: { order: '', table: '4' },
        description: '',
      })
      expect(changed).toMatchObject({
        amount: 2_000,
        capture_method: 'manual',
        metadata: { table: '4' },
        description: null,
        receipt_email: 'ada@example.com',
      })
      const device = await shop.put(1, { states: [sampleStates.approved] })
      const ids = async (asked: Promise<{ data: { id: string }[] }>) => (await asked).data.map(({ id }) => id)
      // The sample payment was opened a millisecond after the clock's own moment.
      expect(await ids(client().list())).toEqual([device, made.id])
      expect(await ids(client().list({ customer: customer.id }))).toEqual([made.id])
      expect(
        await ids(client().search({ query: 'amount:2000 AND status:"requires_payment_method"' })),
      ).toEqual([made.id])
      const canceled = await client().cancel(made.id, { cancellation_reason: 'abandoned' })
      expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' })
      for (const again of [() => client().cancel(made.id), () => client().update(made.id, { amount: 1 })]) {
        await expect(again()).rejects.toMatchObject({
          statusCode: 400,
          code: 'payment_intent_unexpected_state',
        })
      }
      expect((await client().update(made.id, { metadata: { why: 'closed' } })).metadata).toMatchObject({
        why: 'closed',
      })
      expect(await eventsOf(made.id)).toEqual(['payment_intent.created', 'payment_intent.canceled'])
    })
  },
)

test('anything but a card at a till is refused', async () => {
  for (const types of [undefined, ['card'], ['card_present', 'interac_present']]) {
    const asked = intents().create({
      amount: 1,
      currency: 'eur',
      ...(types === undefined ? {} : { payment_method_types: types }),
    })
    await expect(asked).rejects.toMatchObject({
      statusCode: 400,
      param: expect.stringContaining('payment_method_types'),
    })
  }
})

test('an unknown customer, or one of the other mode, is refused by name and leaves nothing behind', async () => {
  const { id } = await shop.clientWith(shopKeys.live).customers.create({})
  for (const customer of ['cus_none', id]) {
    await expect(intents().create({ ...inPerson, customer })).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    })
  }
  expect((await intents().list()).data).toEqual([])
})

test('what a merchant says of a device’s payment stands beside it, and its charge has it until it has its own', async () => {
  const id = await shop.put(1, { word: acceptedOffline(1), states: [sampleStates.approved] })
  const said = { description: 'Lunch', receipt_email: 'ada@example.com', metadata: { order: '7' } }
  const updated = await intents().update(id, said)
  expect(updated).toMatchObject({ ...said, status: 'succeeded' })
  // What the device says of its sale stays.
  expect(updated.metadata).toEqual({ sale: sampleId('sale', 1), reference: 'order 7', order: '7' })
  const charge = await shop.stripe.charges.retrieve(sampleId('ch', 11))
  expect(charge).toMatchObject({ ...said, payment_intent: id })
  const own = await shop.stripe.charges.update(charge.id, { metadata: { order: '', refund: 'no' } })
  expect(own.metadata).toEqual({ sale: sampleId('sale', 1), reference: 'order 7', refund: 'no' })
  expect((await intents().retrieve(id)).metadata).toMatchObject({ order: '7' })
  expect((await shop.stripe.charges.search({ query: 'metadata["refund"]:"no"' })).data).toHaveLength(1)
  expect((await intents().search({ query: 'metadata["order"]:"7"' })).data).toHaveLength(1)
  for (const refused of [() => intents().update(id, { amount: 1 }), () => intents().cancel(id)]) {
    await expect(refused()).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' })
  }
})

test('payments are found by what only a store-and-forward platform knows', async () => {
  const stored = await shop.put(1, {
    word: acceptedOffline(1),
    states: [sampleStates.planned],
    row: { storedMs: 1_800_000_000_000 },
  })
  const online = await shop.put(2, { states: [sampleStates.approved] })
  await intents().create(inPerson)
  const found = async (query: string) => {
    const { body } = await shop.ask('GET', `/payment_intents?${query}`)
    return (body['data'] as { id: string }[]).map(({ id }) => id)
  }
  expect(await found('offline[stored]=true')).toEqual([stored])
  expect(await found('offline[stored]=false')).toEqual([online])
  expect(await found('offline[kind]=deferred&status=processing')).toEqual([stored])
  expect(await found('offline[kind]=voice')).toEqual([])
  expect(await found(`offline[device]=${sampleId('dev', 1)}`)).toEqual([online, stored])
  expect(await found('offline[stored_at][gte]=1800000000')).toEqual([stored])
  expect(await found('offline[stored_at][gt]=1800000000')).toEqual([])
  expect(await found(`reader=${sampleId('rdr', 2)}`)).toEqual([])
  expect((await shop.ask('GET', '/payment_intents?offline[kind]=unknown')).body['error']).toMatchObject({
    param: 'offline[kind]',
  })
  const last4 = 'payment_method_details.card_present.last4:"4242"'
  expect((await intents().search({ query: last4 })).data.map(({ id }) => id)).toEqual([online, stored])
  const query = `offline.kind:"deferred" AND offline.stored_at>1799999999 AND offline.device:"${sampleId('dev', 1)}"`
  expect((await intents().search({ query })).data.map(({ id }) => id)).toEqual([stored])
  expect((await shop.stripe.charges.search({ query })).data.map(({ id }) => id)).toEqual([sampleId('ch', 11)])
})

test('a card to be saved waits for a reader, is changed and canceled', async () => {
  const customer = await shop.stripe.customers.create({ name: 'Ada' })
  const { setupIntents } = shop.stripe
  const made = await setupIntents.create(
    { customer: customer.id, metadata: { a: '1' } },
    { idempotencyKey: 'setup-1' },
  )
  expect(made).toMatchObject({
    status: 'requires_payment_method',
    usage: 'off_session',
    customer: customer.id,
  })
  expect(await setupIntents.update(made.id, { description: 'Loyalty', metadata: { a: '' } })).toMatchObject({
    description: 'Loyalty',
    metadata: {},
  })
  await expect(setupIntents.confirm(made.id)).rejects.toMatchObject({ code: 'setup_intent_unexpected_state' })
  expect((await setupIntents.list({ customer: customer.id, expand: ['data.customer'] })).data).toMatchObject([
    { id: made.id, customer: { name: 'Ada' } },
  ])
  expect(await setupIntents.cancel(made.id)).toMatchObject({ status: 'canceled' })
  await expect(setupIntents.cancel(made.id)).rejects.toMatchObject({ statusCode: 400 })
  const interac = await shop.ask('POST', '/setup_intents', { body: 'payment_method_types[]=interac_present' })
  expect(interac.body).toMatchObject({ payment_method_types: ['interac_present'] })
  expect((await shop.ask('POST', '/setup_intents', { body: 'payment_method_types[]=card' })).status).toBe(400)
  expect(await eventsOf(made.id)).toEqual(['setup_intent.created', 'setup_intent.canceled'])
})
