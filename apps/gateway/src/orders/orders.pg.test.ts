import { must, statusOf, toBase64Url } from '@holdfast/core'
import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type FeedAnswer, type OrderStatement, orderStatement } from '@holdfast/protocol'
import type { AccountClient } from '@holdfast/protocol/account'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMoney } from '../background/create-money.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { publishEvents } from '../events/publish-events.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { LOCATION, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestDevice, TestSale } from '../test-support/test-device.ts'

const database = sharedDatabase()
let shop: AccountShop
let account: AccountClient

beforeEach(async () => {
  shop = await openAccountShop(database())
  ;({ account } = shop)
})

afterEach(() => shop.close())

const lunch = (n: number) => ({
  idempotencyKey: `web-${n}`,
  location: LOCATION,
  channel: 'Web shop',
  number: `W-${n}`,
  amountMinor: 1_000 + n,
  currency: 'eur' as const,
  lines: [{ name: 'Lunch', quantity: 1, amountMinor: 1_000 + n }],
})

async function order(n: number): Promise<string> {
  const made = await account.orders.create(lunch(n))
  if (!made.ok) throw new Error(`not made: ${made.status}`)
  return made.value.order.order
}

async function stateOf(orderId: string) {
  const read = await account.orders.get(orderId)
  if (!read.ok) throw new Error('was read')
  const { state, payments, revision } = read.value.order
  return { state, payments, revision }
}

/** What a device is answered that has applied everything up to `after`. */
async function feed(device: TestDevice, after = 0): Promise<{ n: number; order: OrderStatement }[]> {
  const { api, world } = shop.gateway
  const { signing } = world.keys
  const keys = [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
  const path = `/device/v1/feed?generation=1&after=${after}&orders=1`
  const { body } = await api(await device.request('GET', path))
  // The device API answers what its schema says.
  const { items } = body as FeedAnswer
  const orders = items.filter(({ type }) => type === 'order')
  return Promise.all(
    orders.map(async ({ n, statement }) => {
      const opened = await openStatement(nodeCrypto, keys, 'order', orderStatement, statement)
      return { n, order: must(opened, 'a signed order') }
    }),
  )
}

const heard = async (device: TestDevice, after = 0) =>
  (await feed(device, after)).map(({ order: { number, state } }) => [number, state])

/** The events of orders, oldest first, as endpoints get them. */
async function told() {
  const { pool } = database()
  const log = { info: () => undefined, error: () => undefined }
  const nowMs = () => shop.gateway.clock.wallMs()
  const publishing = { pool, nowMs, log, render: renderObjects, gatewayUrl: shop.server.url }
  while ((await publishEvents(publishing)) > 0) continue
  const { rows } = await pool.query<{ type: string; snapshot: object }>(
    `select type, snapshot from events where object = 'order' order by position`,
  )
  return rows
}

const typesTold = async () => (await told()).map(({ type }) => type)

async function waitsForLock(): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rowCount !== 0
}

/** Stored offline for an order, and delivered. */
async function pay(orderId: string, amountMinor: number, device = shop.device): Promise<TestSale> {
  const sale = device.newSale({ amountMinor })
  const reference = { reference: orderId }
  await shop.gateway.send(device, [
    await device.opened(sale, reference),
    await device.stored(sale, await device.read(sale), 'deferred', reference),
  ])
  return sale
}

describe('SQ12: an order of an online channel', () => {
  test('is made once per key, and another order under the same key is refused', async () => {
    const made = await Promise.all([account.orders.create(lunch(1)), account.orders.create(lunch(1))])
    expect(made).toMatchObject([{ ok: true }, { ok: true }])
    expect(made[0]).toEqual(made[1])
    expect(await account.orders.create({ ...lunch(1), amountMinor: 5 })).toMatchObject({
      status: 400,
      error: { code: 'idempotency_key_other_request', param: 'idempotencyKey' },
    })
    expect(await account.orders.list()).toMatchObject({
      value: { orders: [{ number: 'W-1', state: 'open' }], next: null },
    })
    expect(await told()).toMatchObject([
      { type: 'order.created', snapshot: { object: 'order', number: 'W-1', amount: 1_001, status: 'open' } },
    ])
  })

  test('is the same order to whoever asks again, also when its place has been closed since', async () => {
    const made = await account.orders.create(lunch(1))
    await database().pool.query('update locations set deleted_ms = 1')
    expect(await account.orders.create(lunch(1))).toEqual(made)
    expect(await account.orders.create(lunch(2))).toMatchObject({
      status: 404,
      error: { param: 'location' },
    })
  })

  test('is of a place and a currency of the account, and unseen by the other mode', async () => {
    const elsewhere = { ...lunch(1), location: sampleId('loc', 77) }
    expect(await account.orders.create(elsewhere)).toMatchObject({
      status: 404,
      error: { param: 'location' },
    })
    expect(await account.orders.create({ ...lunch(1), currency: 'jpy' })).toMatchObject({
      status: 400,
      error: { code: 'order_currency_not_taken', param: 'currency' },
    })
    const orderId = await order(1)
    const live = shop.clientOf(accountKeys.live)
    const notFound = { ok: false, status: 404 }
    expect(await live.orders.get(orderId)).toMatchObject(notFound)
    expect(await live.orders.cancel(orderId, { by: 'Ada' })).toMatchObject(notFound)
    expect(await live.orders.list()).toMatchObject({ value: { orders: [] } })
  })

  test('is listed page by page, newest first, and by state', async () => {
    for (const n of [1, 2, 3]) {
      await order(n)
      shop.gateway.clock.advance(1_000)
    }
    const first = await account.orders.list({ limit: 2 })
    if (!first.ok) throw new Error('was listed')
    expect(first.value.orders.map(({ number }) => number)).toEqual(['W-3', 'W-2'])
    const before = must(first.value.next, 'there is one more')
    expect(await account.orders.list({ before })).toMatchObject({
      value: { orders: [{ number: 'W-1' }], next: null },
    })
    expect(await account.orders.list({ state: 'paid' })).toMatchObject({ value: { orders: [] } })
  })
})

describe('SQ12: tills hear of orders', () => {
  test('in the order in which they were made, also one that was away, and again until they say that they have them', async () => {
    for (const n of [1, 2, 3]) await order(n)
    const open = [1, 2, 3].map((n) => [`W-${n}`, 'open'])
    expect(await heard(shop.device)).toEqual(open)
    expect(await heard(shop.device)).toEqual(open)
    const [first] = await feed(shop.device)
    expect(await heard(shop.device, must(first, 'the first').n)).toEqual(open.slice(1))
    const late = await shop.gateway.addDevice(2)
    expect(await heard(late)).toEqual(open)
  })

  test('each once, when two requests of a device come at the same moment', async () => {
    for (const n of [1, 2]) await order(n)
    await Promise.all([feed(shop.device), feed(shop.device), feed(shop.device)])
    expect(await heard(shop.device)).toHaveLength(2)
  })

  test('each once, also when two requests meet while another order is made', async () => {
    const { pool } = database()
    const { deviceId } = shop.device.row
    await order(1)
    const other = await pool.connect()
    try {
      await other.query('begin')
      await other.query('select from devices where device = $1 for no key update', [deviceId])
      const waiting = feed(shop.device)
      await expect.poll(waitsForLock).toBe(true)
      await order(2)
      // What the other request of this device does, which has read both.
      await other.query('update devices set orders_position = 2 where device = $1', [deviceId])
      await other.query('commit')
      await waiting
    } finally {
      other.release()
    }
    const { rows } = await pool.query('select orders_position::int as at from devices where device = $1', [
      deviceId,
    ])
    expect(rows).toEqual([{ at: 2 }])
  })

  test('of more than fit at once, one part after the other', async () => {
    for (let n = 1; n <= 60; n += 1) await order(n)
    const first = await feed(shop.device)
    const rest = await feed(shop.device, must(first.at(-1), 'some').n)
    expect([...first, ...rest].map(({ order: { number } }) => number)).toEqual(
      Array.from({ length: 60 }, (_, at) => `W-${at + 1}`),
    )
  })

  test('not of another place, nor of the other mode, and an older program hears of none', async () => {
    await order(1)
    const elsewhere = await shop.gateway.addDevice(3, { location: sampleId('loc', 3) })
    const live = await shop.gateway.addDevice(4, { mode: 'live' })
    expect([await heard(elsewhere), await heard(live), await heard(live)]).toEqual([[], [], []])
    expect(await shop.gateway.outcomes(shop.device)).toEqual([])
  })

  test('while they wait: one that listens is answered at once', async () => {
    const { api } = shop.gateway
    const path = '/device/v1/feed?generation=1&after=0&orders=1&waitMs=20000'
    const asked = api(await shop.device.request('GET', path))
    await order(1)
    expect(await asked).toMatchObject({ body: { items: [{ type: 'order' }] } })
  })
})

describe('an order and its payment', () => {
  let money: ReturnType<typeof createMoney>

  beforeEach(() => {
    money = createMoney(database().pool, shop.gateway.world)
    shop.gateway.startAuthoriser()
  })

  async function becomes(orderId: string, state: string): Promise<void> {
    await shop.gateway.until(
      async () => {
        await money.runDue()
        return (await stateOf(orderId)).state === state
      },
      { stepMs: 200 },
    )
  }

  test('SQ12: it is paid when its payment is approved, and every till hears of it', async () => {
    const other = await shop.gateway.addDevice(2)
    const orderId = await order(1)
    expect(await heard(other)).toEqual([['W-1', 'open']])
    const sale = await pay(orderId, 1_001)
    expect(await stateOf(orderId)).toMatchObject({ state: 'open' })
    await becomes(orderId, 'paid')
    expect(await stateOf(orderId)).toEqual({ state: 'paid', payments: [sale.paymentId], revision: 2 })
    expect((await heard(other)).at(-1)).toEqual(['W-1', 'paid'])
    expect(await account.orders.cancel(orderId, { by: 'Ada' })).toMatchObject({
      status: 409,
      error: { code: 'order_already_paid' },
    })
  })

  test('SQ12: a till that listens hears at once that it is paid, with no time passing', async () => {
    const other = await shop.gateway.addDevice(2)
    const orderId = await order(1)
    const [open] = await feed(other)
    const sale = await pay(orderId, 1_001)
    await shop.gateway.until(async () => {
      const { story } = await shop.gateway.payment(sale.paymentId)
      return statusOf(story) === 'succeeded'
    })
    const { n } = must(open, 'the order')
    const path = `/device/v1/feed?generation=1&after=${n}&orders=1&waitMs=20000`
    const asked = shop.gateway.api(await other.request('GET', path))
    // A whole request later, the one before it listens.
    expect(await heard(other, n)).toEqual([])
    await money.runDue()
    expect(await asked).toMatchObject({ body: { items: [{ type: 'order' }] } })
  })

  test('a payment that is called off opens it again', async () => {
    const orderId = await order(1)
    const sale = await pay(orderId, 1_001)
    await becomes(orderId, 'paid')
    await shop.gateway.send(shop.device, [await shop.device.voided(sale)])
    await becomes(orderId, 'open')
    expect(await stateOf(orderId)).toEqual({ state: 'open', payments: [], revision: 3 })
    expect(await typesTold()).toEqual(['order.created', 'order.paid', 'order.reopened'])
  })

  test('P2: two tills that were away and took the money twice are both named; nothing is hidden', async () => {
    const other = await shop.gateway.addDevice(2)
    const orderId = await order(1)
    const sales = [await pay(orderId, 1_001), await pay(orderId, 1_001, other)]
    await shop.gateway.until(
      async () => {
        await money.runDue()
        return (await stateOf(orderId)).payments.length === 2
      },
      { stepMs: 200 },
    )
    expect([...(await stateOf(orderId)).payments].sort()).toEqual(
      sales.map(({ paymentId }) => paymentId).sort(),
    )
    const events = await told()
    expect(events.map(({ type }) => type)).toEqual(['order.created', 'order.paid', 'order.paid_twice'])
    expect(events.at(-1)?.snapshot).toMatchObject({ payment_intents: (await stateOf(orderId)).payments })
  })

  test('one that is canceled is told to the tills once, and money that was taken all the same is stronger', async () => {
    const orderId = await order(1)
    const said = { by: 'Ada', reason: 'sold out' }
    expect(await account.orders.cancel(orderId, said)).toMatchObject({
      value: { order: { state: 'canceled', canceled: said } },
    })
    expect(await account.orders.cancel(orderId, { by: 'Bob' })).toMatchObject({
      value: { order: { revision: 2, canceled: said } },
    })
    expect((await heard(shop.device)).at(-1)).toEqual(['W-1', 'canceled'])
    expect(await typesTold()).toEqual(['order.created', 'order.canceled'])
    await pay(orderId, 1_001)
    await becomes(orderId, 'paid')
    expect(await typesTold()).toEqual(['order.created', 'order.canceled', 'order.paid'])
  })
})
