import { createRequire } from 'node:module'
import type { HostProfile } from '@holdfast/iso8583'
import { Stripe } from 'stripe'
import { storeApiKey } from '../api-keys/api-keys.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import { type MoneyStack, openMoneyStack, saleOf } from './money-stack.ts'
import { ACCOUNT } from './sample-rows.ts'
import { createTestServer } from './test-server.ts'

const { Stripe: OlderStripe } = createRequire(import.meta.url)('stripe-18') as { Stripe: typeof Stripe }
const KEY = 'sk_test_000000000000000000000001'

export const clientVersions = ['current', 'older'] as const

/** A merchant with the official client, a gateway that asks, and the acquirer's own program over TCP. */
export interface IncrementShop {
  readonly stack: MoneyStack
  client(version?: (typeof clientVersions)[number]): Stripe
  /** A manual sale that its issuer holds; its id. */
  held(amountMinor: number): Promise<string>
  increments(): Promise<{ state: string; amount: number; reversal_why: string | null }[]>
  /** `/operator`, as this merchant sees it. */
  operatorPage(): Promise<string>
  close(): Promise<void>
}

/** `apart`: the process that answers the merchant is another one than the one that asks, and nobody tells it anything. */
export async function openIncrementShop(
  database: TestDatabase,
  host: HostProfile,
  { apart = false }: { readonly apart?: boolean } = {},
): Promise<IncrementShop> {
  const stack = await openMoneyStack(database, host, apart ? { answerTimeoutMs: 3_000 } : {})
  const { clock } = stack.world
  const world = apart ? { ...stack.world, changes: createChangeNotifier(clock) } : stack.world
  const owner = { account: ACCOUNT, mode: 'test', kind: 'secret' } as const
  await storeApiKey(database.pool, KEY, owner, 0)
  const server = await createTestServer({ ...stack.gateway, world })
  const { port } = server
  const settings = {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  } as const
  const clients = { current: new Stripe(KEY, settings), older: new OlderStripe(KEY, settings) }
  return {
    stack,
    client: (version = 'current') => clients[version],
    async held(amountMinor) {
      const sale = await stack.sell(saleOf('manual', amountMinor))
      await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
      // The word of a link driver, which this stack has none of.
      await database.pool.query(`update links set host_state = 'up', host_since_ms = 0`)
      return sale.paymentId
    },
    async increments() {
      const { rows } = await database.pool.query<{
        state: string
        amount: number
        reversal_why: string | null
      }>(
        'select state, amount_minor::integer as amount, reversal_why from increments order by created_ms, increment',
      )
      return rows
    },
    async operatorPage() {
      const authorization = `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`
      return (await fetch(`${server.url}/operator`, { headers: { authorization } })).text()
    },
    async close() {
      await server.close()
      await stack.close()
    },
  }
}
