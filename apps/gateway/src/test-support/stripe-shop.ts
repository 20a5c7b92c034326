import { Stripe } from 'stripe'
import { createRequire } from 'node:module'
import { storeApiKey } from '../api-keys/api-keys.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { ACCOUNT, sampleId, samplePayment, type SamplePayment } from './sample-rows.ts'
import type { TestDevice } from './test-device.ts'
import { createTestGateway, type TestGateway } from './test-gateway.ts'
import { createTestServer, type TestServer } from './test-server.ts'

// Its types claim the name `stripe` for themselves and cannot stand beside the current ones.
const { Stripe: OlderStripe } = createRequire(import.meta.url)('stripe-18') as { Stripe: typeof Stripe }

/** Keys of the shop's account, and one of a stranger's. */
export const shopKeys = {
  secret: 'sk_test_000000000000000000000001',
  live: 'sk_live_000000000000000000000001',
  publishable: 'pk_test_000000000000000000000001',
  stranger: 'sk_test_999999999999999999999999',
} as const

/** A gateway with an account that the official client reads over real HTTP. */
export interface StripeShop {
  readonly gateway: TestGateway
  readonly server: TestServer
  readonly device: TestDevice
  /** With the account's secret test key. */
  readonly stripe: Stripe
  clientWith(key: string): Stripe
  /** The same calls by an older major version of the client. */
  olderClientWith(key: string): Stripe
  /** As the client sends it, without what the client hides: `name=value` pairs. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, options?: AskOptions): Promise<Asked>
  /** Puts a payment into the database as it may stand there; its id. */
  put(n: number, sample: SamplePayment): Promise<string>
  close(): Promise<void>
}

interface AskOptions {
  readonly key?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export async function createStripeShop(database: TestDatabase): Promise<StripeShop> {
  const gateway = createTestGateway(database)
  const device = await gateway.addDevice(1)
  const stranger = sampleId('acct', 9)
  await gateway.addDevice(9, { account: stranger, location: sampleId('loc', 9) })
  const { pool } = database
  const owner = { account: ACCOUNT, mode: 'test', kind: 'secret' } as const
  await storeApiKey(pool, shopKeys.secret, owner, 0)
  await storeApiKey(pool, shopKeys.live, { ...owner, mode: 'live' }, 0)
  await storeApiKey(pool, shopKeys.publishable, { ...owner, kind: 'publishable' }, 0)
  await storeApiKey(pool, shopKeys.stranger, { ...owner, account: stranger }, 0)
  const server = await createTestServer(gateway)
  const { port } = server
  const settings = {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  } as const
  const clientWith = (key: string) => new Stripe(key, settings)
  return {
    gateway,
    server,
    device,
    stripe: clientWith(shopKeys.secret),
    clientWith,
    olderClientWith: (key) => new OlderStripe(key, settings),
    async ask(method, path, { key = shopKeys.secret, body, headers = {} } = {}) {
      const answer = await fetch(`${server.url}/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      })
      return {
        status: answer.status,
        headers: answer.headers,
        body: (await answer.json()) as Asked['body'],
      }
    },
    async put(n, sample) {
      const row = samplePayment(n, sample)
      if ((await gateway.world.store.commit({ payments: [row] })) !== 'committed') throw new Error('not put')
      return row.story.paymentId
    },
    async close() {
      await server.close()
      await gateway.close()
    },
  }
}
