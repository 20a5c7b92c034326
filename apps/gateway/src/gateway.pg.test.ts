import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { must } from '@holdfast/core'
import { Stripe } from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultHost } from './acquirer/acquirer-profile.ts'
import { Gateway, type GatewayConfig } from './gateway.ts'
import type { Role } from './world/role.ts'
import type { DemoFacts } from './demo/demo-seed.ts'
import { defaultFilesBound } from './files/files-bound.ts'
import { sharedDatabase } from './test-support/shared-database.ts'
import { createWebhookReceiver } from './test-support/webhook-receiver.ts'

const database = sharedDatabase()
const PATIENCE_MS = 20_000
let home: string
let opened: Gateway[]

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-roles-'))
  opened = []
})

afterEach(async () => {
  for (const gateway of opened) await gateway.stop()
  rmSync(home, { recursive: true, force: true })
})

async function open(role: Role, changes: Partial<GatewayConfig> = {}): Promise<Gateway> {
  const gateway = new Gateway(
    {
      role,
      host: '127.0.0.1',
      port: 0,
      home,
      databaseUrl: database().url,
      publicUrl: null,
      secret: null,
      acquirer: { host: '127.0.0.1', port: 1, profile: defaultHost, mac: undefined },
      demo: false,
      rateLimit: { perSecond: 100, burst: 200 },
      filesBound: defaultFilesBound,
      allowPrivateWebhooks: false,
      mail: null,
      acquirerFiles: null,
      metricsToken: null,
      ...changes,
    },
    { info: () => undefined, error: () => undefined },
  )
  opened.push(gateway)
  await gateway.start()
  return gateway
}

async function ask(gateway: Gateway, at: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${gateway.port}${at}`)
  return { status: answer.status, body: await answer.json() }
}

async function acquirerIs(gateway: Gateway, state: string): Promise<void> {
  await expect
    .poll(async () => (await ask(gateway, '/readyz')).body, { timeout: PATIENCE_MS, interval: 20 })
    .toMatchObject({ status: 'ready', acquirer: state })
}

/** What a till hears of the service, in the signed time. */
async function service(gateway: Gateway): Promise<string> {
  const { body } = await ask(gateway, `/device/v1/ping?nonce=${'A'.repeat(22)}`)
  const { time } = body as { time: { payload: string } }
  return (JSON.parse(time.payload) as { service: string }).service
}

test('an api process tells tills at once when no worker is there, and when one comes', async () => {
  const api = await open('api')
  await acquirerIs(api, 'unowned')
  expect(await service(api)).toBe('acquirer_down')
  await open('worker')
  // Nobody listens at the acquirer's port: the worker owns the link, and the link is down.
  await acquirerIs(api, 'down')
})

test('the demo’s webhook endpoint is silent until it is given an address, and signs with the secret of the demo', async () => {
  const receiver = await createWebhookReceiver()
  const gateway = await open('all', { demo: true, allowPrivateWebhooks: true })
  const demo = (await ask(gateway, '/internal/v1/demo')).body as DemoFacts
  const settings = { host: '127.0.0.1', port: gateway.port ?? 0, protocol: 'http', telemetry: false } as const
  const stripe = new Stripe(demo.keys.secret, settings)
  const { endpoint, secret } = demo.webhook
  expect(await stripe.webhookEndpoints.retrieve(endpoint)).toMatchObject({ status: 'disabled' })
  await stripe.webhookEndpoints.update(endpoint, { url: receiver.url, disabled: false })
  const customer = await stripe.customers.create({ name: 'Ada' })
  await receiver.until(1)
  const { body, headers } = must(receiver.received[0], 'it has come')
  const event = stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret)
  expect(event).toMatchObject({ type: 'customer.created', data: { object: { id: customer.id } } })
  await receiver.close()
})

test('a worker answers how it is and nothing else', async () => {
  const worker = await open('worker')
  expect((await ask(worker, '/readyz')).body).toMatchObject({ status: 'ready', role: 'worker' })
  expect((await ask(worker, '/device/v1/ping')).status).toBe(404)
  expect((await ask(worker, '/v1/payment_intents')).status).toBe(404)
})

test('a worker that stops lets the link go: the next one takes it, though the lease has not run out', async () => {
  const [first, second] = [await open('worker'), await open('worker')]
  await acquirerIs(first, 'down')
  const [before] = await links()
  await first.stop()
  const [after] = await links()
  const isTaken = Number(after?.generation) > Number(before?.generation)
  expect(isTaken || Number(after?.until_ms) <= Date.now()).toBe(true)
  await expect
    .poll(async () => (await links())[0]?.generation, { timeout: PATIENCE_MS, interval: 10 })
    .toBe(2)
  await acquirerIs(second, 'down')
})

async function links() {
  const { rows } = await database().pool.query<{ generation: number; until_ms: string }>(
    'select generation, until_ms from links',
  )
  return rows
}
