import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
})

afterEach(() => shop.close())

describe.each(['current', 'older'] as const)('customers, by the %s client', (version) => {
  const customers = () =>
    version === 'current' ? shop.stripe.customers : shop.olderClientWith(shopKeys.secret).customers

  test('are made, read, changed and forgotten; an empty value takes away, what is not named stays', async () => {
    const made = await customers().create({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+44 20 7946 0000',
      address: { line1: '12 St James Square', city: 'London', country: 'GB' },
      shipping: { name: 'Ada', address: { line1: 'Ashley Combe' } },
      preferred_locales: ['en', 'fr'],
      metadata: { tier: 'gold', table: '4' },
    })
    expect(made.id).toMatch(/^cus_[0-9A-Za-z]{24}$/)
    const changed = await customers().update(made.id, {
      email: '',
      address: { city: 'Porlock' },
      metadata: { table: '', note: 'window' },
    })
    expect(changed).toEqual({
      ...made,
      email: null,
      address: { ...made.address, city: 'Porlock' },
      metadata: { tier: 'gold', note: 'window' },
    })
    expect(await customers().retrieve(made.id)).toEqual(changed)
    expect(await customers().del(made.id)).toMatchObject({ id: made.id, deleted: true })
    expect(await customers().retrieve(made.id)).toMatchObject({ id: made.id, deleted: true })
    expect((await customers().list()).data).toEqual([])
    await expect(customers().update(made.id, { name: 'again' })).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
  })

  test('are searched, a page after the other', async () => {
    for (const n of [1, 2, 3]) {
      await customers().create({ email: `shop${n}@example.com`, metadata: { order: String(n % 2) } })
      shop.gateway.clock.advance(1_000)
    }
    const first = await customers().search({ query: 'email~"SHOP"', limit: 2 })
    expect(first.data.map(({ email }) => email)).toEqual(['shop3@example.com', 'shop2@example.com'])
    expect(first.has_more).toBe(true)
    const second = await customers().search({ query: 'email~"SHOP"', limit: 2, page: first.next_page ?? '' })
    expect(second).toMatchObject({ has_more: false, next_page: null, data: [{ email: 'shop1@example.com' }] })
    const some = async (query: string) =>
      (await customers().search({ query })).data.map(({ email }) => email?.slice(4, 5))
    expect(await some('metadata["order"]:"1" AND created>0')).toEqual(['3', '1'])
    expect(await some('email:"shop1@example.com" OR email:"shop2@example.com"')).toEqual(['2', '1'])
    expect(await some('-email:"shop1@example.com"')).toEqual(['3', '2'])
    expect(await some('metadata["none"]:null')).toEqual(['3', '2', '1'])
  })
})

test.each([
  ['email:', 'near'],
  ['email:"a" AND name:"b" OR name:"c"', 'combined'],
  ['secret:"a"', 'unsupported search field'],
  ['created~"abc"', 'this operator'],
  ['created:"yesterday"', 'this value'],
  ['email~"ab"', 'this value'],
  [`email:"x' OR 1=1 --"); drop table customers`, 'near'],
])('a search for %s says what is wrong with it', async (query, wanted) => {
  await expect(shop.stripe.customers.search({ query })).rejects.toMatchObject({
    statusCode: 400,
    param: 'query',
    message: expect.stringContaining(wanted),
  })
})

describe('metadata', () => {
  const create = (metadata: Record<string, string>) => shop.stripe.customers.create({ metadata })
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 'value']))

  test('has at most 50 keys, of 40 characters, with 500 characters each', async () => {
    const whole = await create({ ...many(49), ['k'.repeat(40)]: 'v'.repeat(500) })
    expect(Object.keys(whole.metadata)).toHaveLength(50)
    await expect(create(many(51))).rejects.toMatchObject({ statusCode: 400, param: 'metadata' })
    await expect(create({ ['k'.repeat(41)]: 'v' })).rejects.toMatchObject({ param: 'metadata' })
    await expect(create({ order: 'v'.repeat(501) })).rejects.toMatchObject({ param: 'metadata[order]' })
    await expect(shop.stripe.customers.update(whole.id, { metadata: { more: 'x' } })).rejects.toMatchObject({
      param: 'metadata',
    })
    const cleared = await shop.stripe.customers.update(whole.id, { metadata: '' })
    expect(cleared.metadata).toEqual({})
  })

  test('takes keys that look like an index or like a part of every object', async () => {
    const { body } = await shop.ask('POST', '/customers', {
      body: 'metadata[0]=zero&metadata[constructor]=c&metadata[__proto__]=p',
    })
    expect(JSON.stringify(body['metadata'])).toBe('{"0":"zero","__proto__":"p","constructor":"c"}')
  })
})

test('a customer of the other mode, or of another account, is not there', async () => {
  const { id } = await shop.stripe.customers.create({})
  await expect(shop.clientWith(shopKeys.live).customers.retrieve(id)).rejects.toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('exists in test mode, but a live mode key'),
  })
  await expect(shop.clientWith(shopKeys.stranger).customers.update(id, {})).rejects.toMatchObject({
    statusCode: 404,
    message: `No such customer: '${id}'`,
  })
})
