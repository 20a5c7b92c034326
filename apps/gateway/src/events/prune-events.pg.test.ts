import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { ACCOUNT, sampleId, samplePayment, sampleStates } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createStripeShop, type StripeShop } from '../test-support/stripe-shop.ts'
import { createWebhookReceiver, type WebhookReceiver } from '../test-support/webhook-receiver.ts'
import { createWebhookWorld, type WebhookWorld } from '../test-support/webhook-world.ts'
import { EVENTS_KEPT_FOR_MS } from './event-retention.ts'
import { pruneEvents } from './prune-events.ts'
import { publishEvents } from './publish-events.ts'

const database = sharedDatabase()
let shop: StripeShop
let webhooks: WebhookWorld
let receiver: WebhookReceiver

beforeEach(async () => {
  shop = await createStripeShop(database())
  webhooks = await createWebhookWorld(database(), shop.gateway.clock, { hasDevice: true })
  receiver = await createWebhookReceiver()
})
afterEach(async () => {
  await receiver.close()
  expect(webhooks.errors).toEqual([])
  await shop.close()
})

test('events are kept for thirty days, and then forgotten with what was delivered of them', async () => {
  await webhooks.endpoint(receiver.url)
  const [old = ''] = await webhooks.happen()
  await webhooks.worker.deliverDue()
  shop.gateway.clock.advance(EVENTS_KEPT_FOR_MS)
  const [young = ''] = await webhooks.happen()
  expect(await prune()).toBe(0)
  expect(await shop.stripe.events.retrieve(old)).toMatchObject({ id: old })
  shop.gateway.clock.advance(1)
  expect(await prune()).toBe(1)
  await expect(shop.stripe.events.retrieve(old)).rejects.toMatchObject({ code: 'resource_missing' })
  expect((await shop.stripe.events.list()).data.map(({ id }) => id)).toEqual([young])
  expect(await deliveries()).toEqual([young])
  await webhooks.worker.deliverDue()
  expect(receiver.ids).toEqual([old, young])
})

test('one that is being delivered, or is not told yet, is not forgotten under way', async () => {
  await webhooks.endpoint(receiver.url)
  const [event] = await webhooks.happen()
  shop.gateway.clock.advance(EVENTS_KEPT_FOR_MS + 1)
  const claimed = Promise.withResolvers<void>()
  receiver.answer((response) => {
    claimed.resolve()
    void release.promise.then(() => response.writeHead(200).end())
  })
  const release = Promise.withResolvers<void>()
  const delivering = webhooks.worker.deliverDue()
  await claimed.promise
  expect(await prune()).toBe(0)
  release.resolve()
  await delivering
  expect(await deliveries()).toEqual([event])
  await database().pool.query('update events set published_ms = null, snapshot = null')
  expect(await prune()).toBe(0)
})

test('many are forgotten some at a time, each once, by many processes at once', async () => {
  await webhooks.happen(700)
  shop.gateway.clock.advance(EVENTS_KEPT_FOR_MS + 1)
  let [rounds, forgotten] = [0, 0]
  for (let found = 1; found > 0; rounds += 1) {
    found = (await Promise.all([prune(), prune()])).reduce((sum, n) => sum + n, 0)
    forgotten += found
  }
  expect(forgotten).toBe(700)
  expect(rounds).toBeLessThan(5)
})

test('a canceled payment still says when it was canceled, and nothing of it is told anew', async () => {
  const id = await held()
  await shop.stripe.paymentIntents.cancel(id)
  await publish()
  const types = async () => (await shop.stripe.events.list()).data.map(({ type }) => type)
  expect((await types()).toSorted()).toEqual(['payment_intent.canceled', 'payment_intent.created'])
  const before = await shop.stripe.paymentIntents.retrieve(id)
  expect(before).toMatchObject({ status: 'canceled', canceled_at: expect.any(Number) })
  shop.gateway.clock.advance(EVENTS_KEPT_FOR_MS + 1)
  while ((await prune()) > 0) continue
  expect(await types()).toEqual([])
  expect(await shop.stripe.paymentIntents.retrieve(id)).toEqual(before)
  await database().pool.query(
    `insert into events (account, event, mode, type, object, object_id, created_ms)
     values ($1, $2, 'test', 'offline_payment.review', 'payment_intent', $3, $4)`,
    [ACCOUNT, `evt_${id.slice('pi_'.length)}_review_9`, id, shop.gateway.clock.wallMs()],
  )
  await publish()
  expect(await types()).toEqual(['offline_payment.review'])
})

async function held(): Promise<string> {
  const word = { said: 'accepted', attemptId: sampleId('att', 11), atMs: 1, via: 'online' } as const
  const receivedMs = shop.gateway.clock.wallMs()
  const row = samplePayment(1, { word, states: [sampleStates.approved], row: { receivedMs } })
  const story = { ...row.story, captureMethod: 'manual' as const }
  expect(await shop.gateway.world.store.commit({ payments: [{ ...row, story }] })).toBe('committed')
  return story.paymentId
}

function prune(): Promise<number> {
  return transaction(database().pool, (tx) => pruneEvents(tx, shop.gateway.clock.wallMs()))
}

async function publish(): Promise<void> {
  const { clock, log } = shop.gateway.world
  const publishing = {
    pool: database().pool,
    nowMs: () => clock.wallMs(),
    log,
    render: renderObjects,
    gatewayUrl: 'http://gateway.test',
  }
  while ((await publishEvents(publishing)) > 0) continue
}

async function deliveries(): Promise<string[]> {
  const { rows } = await database().pool.query<{ event: string }>('select event from webhook_deliveries')
  return rows.map(({ event }) => event)
}
