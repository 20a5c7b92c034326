import type { Stripe } from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { publishEvents } from '../../events/publish-events.ts'
import { recordEvent } from '../../events/record-event.ts'
import { transaction } from '../../database/transaction.ts'
import { ACCOUNT, sampleId } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'
import { renderObjects } from './render-object.ts'

const URL = 'https://shop.example/hooks'

describe('webhook endpoints and events, by the official client', () => {
  const database = sharedDatabase()
  let shop: StripeShop

  beforeEach(async () => {
    shop = await createStripeShop(database())
  })
  afterEach(() => shop.close())

  test('an endpoint is made with a secret that no reader is shown, changed, listed and deleted', async () => {
    const { webhookEndpoints } = shop.stripe
    const made = await webhookEndpoints.create({
      url: URL,
      enabled_events: ['payment_intent.succeeded', 'charge.refunded'],
      description: 'Orders',
      metadata: { team: 'web' },
    })
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const read = await webhookEndpoints.retrieve(made.id)
    expect(read).toMatchObject({ url: URL, status: 'enabled', description: 'Orders', livemode: false })
    expect(read.secret).toBeUndefined()
    const changed = await webhookEndpoints.update(made.id, {
      disabled: true,
      enabled_events: ['*'],
      description: '',
      metadata: { team: '', shift: 'late' },
    })
    expect(changed).toMatchObject({ status: 'disabled', enabled_events: ['*'], metadata: { shift: 'late' } })
    expect((await webhookEndpoints.list()).data.map(({ id }) => id)).toEqual([made.id])
    expect(await webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true })
    expect((await webhookEndpoints.list()).data).toEqual([])
    await expect(webhookEndpoints.retrieve(made.id)).rejects.toThrow('No such webhook_endpoint')
  })

  test('whoever asks again for a lost answer hears the secret too, and that an endpoint was deleted since', async () => {
    const { webhookEndpoints } = shop.stripe
    const create = () =>
      webhookEndpoints.create({ url: URL, enabled_events: ['*'] }, { idempotencyKey: 'hooks' })
    const made = await create()
    expect(await create()).toEqual(made)
    await webhookEndpoints.del(made.id)
    await expect(create()).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' })
  })

  test('a secret is rotated', async () => {
    const made = await shop.stripe.webhookEndpoints.create({ url: URL, enabled_events: ['*'] })
    const rotated = (await shop.stripe.rawRequest('POST', `/v1/webhook_endpoints/${made.id}/rotate_secret`, {
      overlap_seconds: 60,
    })) as unknown as Stripe.WebhookEndpoint
    expect(rotated.secret).toMatch(/^whsec_/)
    expect(rotated.secret).not.toBe(made.secret)
  })

  test('bad wishes are refused in words that name the parameter', async () => {
    const { webhookEndpoints } = shop.stripe
    const bad = (url: string, event: string) =>
      webhookEndpoints.create({ url, enabled_events: [event as '*'] })
    await expect(bad('shop.example', '*')).rejects.toMatchObject({ statusCode: 400, param: 'url' })
    await expect(bad(URL, 'no.such')).rejects.toMatchObject({ statusCode: 400, param: 'enabled_events' })
    const live = shop.clientWith(shopKeys.live).webhookEndpoints
    await expect(live.create({ url: 'http://shop.example', enabled_events: ['*'] })).rejects.toMatchObject({
      param: 'url',
    })
    await expect(shop.stripe.webhookEndpoints.update('we_none', { url: URL })).rejects.toMatchObject({
      statusCode: 404,
    })
  })

  test('are of their account and mode only', async () => {
    const made = await shop.stripe.webhookEndpoints.create({ url: URL, enabled_events: ['*'] })
    for (const key of [shopKeys.live, shopKeys.stranger]) {
      const { webhookEndpoints } = shop.clientWith(key)
      expect((await webhookEndpoints.list()).data).toEqual([])
      await expect(webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({ statusCode: 404 })
      await expect(webhookEndpoints.del(made.id)).rejects.toMatchObject({ statusCode: 404 })
    }
  })

  test('events are listed by type and read with the object that they are about', async () => {
    const { pool } = database()
    const about = {
      account: ACCOUNT,
      mode: 'test',
      object: 'device',
      id: sampleId('dev', 1),
      atMs: 1,
    } as const
    const ids = await transaction(pool, async (tx) => [
      await recordEvent(tx, { ...about, type: 'device.online' }),
      await recordEvent(tx, { ...about, type: 'device.offline', atMs: 2_000 }),
    ])
    expect((await shop.stripe.events.list()).data).toEqual([])
    const { log } = shop.gateway.world
    await publishEvents({
      pool,
      nowMs: () => 1,
      log,
      render: renderObjects,
      gatewayUrl: 'http://gateway.test',
    })
    expect((await shop.stripe.events.list()).data.map(({ id }) => id)).toEqual(ids.toReversed())
    expect((await shop.stripe.events.list({ type: 'device.online' })).data).toHaveLength(1)
    expect((await shop.stripe.events.list({ types: ['device.*', 'charge.*'] })).data).toHaveLength(2)
    // Nobody wanted them, so nobody waits for them.
    expect((await shop.stripe.events.list({ delivery_success: true })).data).toHaveLength(2)
    expect((await shop.stripe.events.list({ delivery_success: false })).data).toEqual([])
    const event = await shop.stripe.events.retrieve(ids[1] ?? '')
    expect(event).toMatchObject({
      type: 'device.offline',
      created: 2,
      pending_webhooks: 0,
      data: { object: { id: about.id, object: 'device', name: 'Till' } },
    })
    await expect(shop.clientWith(shopKeys.stranger).events.retrieve(event.id)).rejects.toMatchObject({
      statusCode: 404,
    })
  })
})
