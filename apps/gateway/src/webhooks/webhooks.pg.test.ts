import { Stripe } from 'stripe'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import {
  createWebhookReceiver,
  type Received,
  type WebhookReceiver,
} from '../test-support/webhook-receiver.ts'
import { createWebhookWorld, type WebhookWorld } from '../test-support/webhook-world.ts'
import { replayDeliveries } from './replay-deliveries.ts'
import {
  deleteWebhookEndpoint,
  findWebhookEndpoints,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from './webhook-endpoints.ts'

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
const SCOPE = { account: ACCOUNT, mode: 'test' } as const

describe('webhooks', () => {
  const database = sharedDatabase()
  let clock: ManualClock
  let world: WebhookWorld
  let shop: WebhookReceiver
  let other: WebhookReceiver

  beforeEach(async () => {
    // The clients that check signatures have the machine's time.
    clock = createManualClock(Date.now())
    world = await createWebhookWorld(database(), clock)
    shop = await createWebhookReceiver()
    other = await createWebhookReceiver()
  })
  afterEach(async () => {
    await Promise.all([shop.close(), other.close()])
    expect(world.errors).toEqual([])
  })

  test('carry signatures that the official clients of Stripe and of Standard Webhooks accept', async () => {
    const { secret } = await world.endpoint(shop.url)
    const [id] = await world.happen()
    expect(await world.worker.deliverDue()).toBe(1)
    const delivery = only(shop.received)
    const event = await constructed(delivery, secret)
    expect(event).toMatchObject({ id, object: 'event', type: 'device.online', livemode: false })
    expect(verified(delivery, secret)).toMatchObject({ id })
    const { body } = delivery
    const forged = { ...delivery, body: body.replace('online', 'offline') }
    await expect(constructed(forged, secret)).rejects.toThrow('signature')
    expect(() => verified(forged, secret)).toThrow('signature')
  })

  test('are signed by both secrets while one takes over from the other, and then by the new one only', async () => {
    const { endpoint, secret } = await world.endpoint(shop.url)
    const rotated = await transaction(database().pool, (tx) =>
      rotateWebhookSecret(tx, world.deps, SCOPE, endpoint, 60_000),
    )
    if (typeof rotated === 'string') throw new Error(rotated)
    await world.happen()
    await world.worker.deliverDue()
    for (const accepted of [secret, rotated.secret]) {
      await expect(constructed(only(shop.received), accepted)).resolves.toBeDefined()
      expect(() => verified(only(shop.received), accepted)).not.toThrow()
    }
    clock.advance(60_000)
    await world.happen()
    await world.worker.deliverDue()
    const [, later] = shop.received
    await expect(constructed(must(later), rotated.secret)).resolves.toBeDefined()
    await expect(constructed(must(later), secret)).rejects.toThrow('signature')
  })

  test('go to those who asked for their type, and to those of their mode', async () => {
    await world.endpoint(shop.url, ['device.online'])
    await world.endpoint(other.url, ['refund.created'])
    await world.happen(2)
    expect(await world.worker.deliverDue()).toBe(2)
    expect(shop.received).toHaveLength(2)
    expect(other.received).toHaveLength(0)
  })

  test.each([500, 404, 301])('are tried again after a %i, with the same id', async (status) => {
    await world.endpoint(shop.url)
    const [id] = await world.happen()
    shop.answer((response) => response.writeHead(status, { location: other.url }).end())
    await world.worker.deliverDue()
    expect(await world.worker.deliverDue()).toBe(0)
    shop.answer(200)
    clock.advance(5_000)
    expect(await world.worker.deliverDue()).toBe(1)
    expect(shop.ids).toEqual([id, id])
    // A redirect is not followed.
    expect(other.received).toEqual([])
    expect(await states()).toEqual(['delivered'])
  })

  test('of an endpoint that hangs hold up no other, and time out', async () => {
    await world.endpoint(shop.url)
    await world.endpoint(other.url)
    shop.answer(() => undefined)
    await world.happen(30)
    world.worker.start()
    await other.until(30)
    expect(shop.received.length).toBeLessThanOrEqual(4)
    clock.advance(20_000)
    const stopped = world.worker.stop()
    clock.advance(2_000)
    await stopped
    const { rows } = await database().pool.query(
      'select distinct last_error from webhook_deliveries where last_error is not null',
    )
    expect(rows).toEqual([{ last_error: 'timed_out' }])
  })

  test('of an endpoint that hangs do not hold up the end of a process; the next one makes them again', async () => {
    await world.endpoint(shop.url)
    shop.answer(() => undefined)
    const [id] = await world.happen()
    const first = world.worker.deliverDue()
    await shop.until(1)
    const stopped = world.worker.stop()
    clock.advance(2_000)
    await Promise.all([first, stopped])
    shop.answer(200)
    expect(await world.anotherWorker().deliverDue()).toBe(1)
    expect(shop.ids).toEqual([id, id])
  })

  test('take an endless or slow body for what its status says', async () => {
    await world.endpoint(shop.url)
    shop.answer((response) => {
      response.writeHead(200)
      const pour = () => {
        while (response.writable && response.write('x'.repeat(64 * 1_024))) continue
      }
      response.on('drain', pour)
      response.on('error', () => undefined)
      pour()
    })
    await world.happen()
    await world.worker.deliverDue()
    expect(await states()).toEqual(['delivered'])
  })

  test('row 98: are tried for more than three days; then the endpoint is disabled, and its owner told', async () => {
    const { endpoint } = await world.endpoint(shop.url)
    shop.answer(503)
    await world.happen()
    const startMs = clock.wallMs()
    await world.worker.deliverDue()
    const triedMs = [clock.wallMs() - startMs]
    while (world.disabled.length === 0 && clock.wallMs() - startMs < 10 * DAY_MS) {
      clock.advance(10 * 60_000)
      if ((await world.worker.deliverDue()) > 0) triedMs.push(clock.wallMs() - startMs)
    }
    expect(triedMs.at(-1)).toBeGreaterThan(75 * HOUR_MS)
    expect(triedMs.length).toBeGreaterThan(15)
    expect(world.disabled).toMatchObject([{ endpoint, because: 'failing', url: shop.url }])
    expect(await states()).toEqual(['failed'])
    // What happens meanwhile is not lost: it is asked for again.
    const [missed] = await world.happen()
    shop.answer(200)
    expect(await world.worker.deliverDue()).toBe(0)
    await update(endpoint, { disabled: false })
    const again = { account: ACCOUNT, endpoint, nowMs: clock.wallMs(), missedOnly: true }
    expect(await transaction(database().pool, (tx) => replayDeliveries(tx, again))).toBe(2)
    expect(await world.worker.deliverDue()).toBe(2)
    expect(shop.ids).toContain(missed)
  })

  test('that answer 410 want no more of any', async () => {
    const { endpoint } = await world.endpoint(shop.url)
    shop.answer(410)
    await world.happen()
    await world.worker.deliverDue()
    expect(world.disabled).toMatchObject([{ because: 'gone' }])
    expect(await find(endpoint)).toMatchObject({ status: 'disabled', disabledBecause: 'gone' })
    await world.happen()
    clock.advance(10 * DAY_MS)
    expect(await world.worker.deliverDue()).toBe(0)
  })

  test('a failing endpoint is asked for one delivery at a time, and takes all when it is back', async () => {
    await world.endpoint(shop.url)
    shop.answer(500)
    await world.happen(40)
    await world.worker.deliverDue()
    const tried = shop.received.length
    expect(tried).toBeLessThan(10)
    shop.answer(200)
    clock.advance(10 * 60_000)
    await world.worker.deliverDue()
    clock.advance(HOUR_MS)
    await world.worker.deliverDue()
    expect(await states()).toEqual(Array.from({ length: 40 }, () => 'delivered'))
    expect(new Set(shop.ids).size).toBe(40)
  })

  test('are delivered once by many processes that work at the same time', async () => {
    await world.endpoint(shop.url)
    await world.endpoint(other.url)
    const ids = await world.happen(60)
    const workers = [world.worker, world.anotherWorker(), world.anotherWorker()]
    await Promise.all(workers.map((worker) => worker.deliverDue()))
    for (const receiver of [shop, other]) expect(receiver.ids.toSorted()).toEqual(ids.toSorted())
  })

  test('a process that comes back from the dead settles nothing', async () => {
    await world.endpoint(shop.url)
    let answerFirst = (): void => undefined
    shop.answer((response) => {
      answerFirst = () => void response.writeHead(500).end()
    })
    await world.happen()
    const first = world.worker.deliverDue()
    await shop.until(1)
    // Time passes for the database only, as it does for a process that is frozen.
    await database().pool.query('update webhook_deliveries set claimed_until_ms = $1', [clock.wallMs()])
    shop.answer(200)
    expect(await world.anotherWorker().deliverDue()).toBe(1)
    answerFirst()
    await first
    expect(await states()).toEqual(['delivered'])
  })

  test('are not sent to machines of our own, by name or by address, and say why', async () => {
    await world.endpoint(shop.url)
    await world.endpoint('http://shop.example/hooks')
    await world.happen()
    const resolve = (_host: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ])
    await world.anotherWorker({ allowPrivate: false, resolve: resolve as never }).deliverDue()
    expect(shop.received).toEqual([])
    const { rows } = await database().pool.query('select distinct last_error from webhook_deliveries')
    expect(rows).toEqual([{ last_error: 'address_not_public' }])
  })

  test('another address starts afresh', async () => {
    const { endpoint } = await world.endpoint(shop.url)
    shop.answer(500)
    await world.happen()
    await world.worker.deliverDue()
    await update(endpoint, { url: other.url })
    clock.advance(5_000)
    expect(await world.worker.deliverDue()).toBe(1)
    expect(other.received).toHaveLength(1)
  })

  test('of an endpoint that was deleted are over', async () => {
    const { endpoint } = await world.endpoint(shop.url)
    await world.happen()
    const remove = () => transaction(database().pool, (tx) => deleteWebhookEndpoint(tx, SCOPE, endpoint))
    expect(await remove()).toBe(true)
    expect(await remove()).toBe(false)
    expect(await world.worker.deliverDue()).toBe(0)
  })

  test('bad wishes are refused by name', async () => {
    const { endpoint } = await world.endpoint(shop.url)
    expect(await update(endpoint, { enabledEvents: ['nothing.such'] })).toBe('event_unknown')
    expect(await update(endpoint, { enabledEvents: [] })).toBe('events_missing')
    expect(await update(endpoint, { url: 'ftp://shop.example' })).toBe('url_not_http')
    expect(await update('we_none', { url: shop.url })).toBe('endpoint_not_found')
  })

  type Change = Parameters<typeof updateWebhookEndpoint>[4]
  function update(endpoint: string, change: Change) {
    return transaction(database().pool, (tx) =>
      updateWebhookEndpoint(tx, world.deps, SCOPE, endpoint, change),
    )
  }

  async function find(endpoint: string) {
    return (await findWebhookEndpoints(database().pool, SCOPE, [endpoint]))[0]
  }

  async function states(): Promise<string[]> {
    const { rows } = await database().pool.query<{ state: string }>(
      'select state from webhook_deliveries order by endpoint, event',
    )
    return rows.map(({ state }) => state)
  }
})

function constructed({ body, headers }: Received, secret: string): Promise<unknown> {
  return new Stripe('sk_test_x').webhooks.constructEventAsync(
    body,
    String(headers['stripe-signature']),
    secret,
  )
}

function verified({ body, headers }: Received, secret: string): unknown {
  const named = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
  return new Webhook(secret).verify(
    body,
    Object.fromEntries(named.map((name) => [name, String(headers[name])])),
  )
}

function only(received: readonly Received[]): Received {
  expect(received).toHaveLength(1)
  return must(received[0])
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('nothing was received')
  return value
}
