import type { SealedRecord } from '@holdfast/envelope'
import { type AccountClient, createAccountClient } from '@holdfast/protocol/account'
import { expect } from 'vitest'
import { storeApiKey } from '../api-keys/api-keys.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { openapiMisfits } from './openapi-misfits.ts'
import { ACCOUNT } from './sample-rows.ts'
import type { TestDevice, TestSale } from './test-device.ts'
import { createTestGateway, type TestGateway } from './test-gateway.ts'
import { createTestServer, type TestServer } from './test-server.ts'

export const accountKeys = {
  secret: 'sk_test_000000000000000000000009',
  live: 'sk_live_000000000000000000000009',
} as const

/** A merchant with one device that nobody has taken the risk on for yet, and its account API over real HTTP. */
export interface AccountShop {
  readonly gateway: TestGateway
  readonly server: TestServer
  readonly device: TestDevice
  /** With the account's secret test key. */
  readonly account: AccountClient
  clientOf(secretKey: string): AccountClient
  /** Stored offline by the device, and delivered. */
  storeOffline(amountMinor: number): Promise<TestSale>
  /** Stored offline, and waits for a person for this reason (`payments/attention.ts`). */
  waitingSale(attention: string): Promise<TestSale>
  /** A copy of the device goes on from its first record, and sells to somebody else. */
  forkedSale(): Promise<TestSale>
  /** Fails when any answer did not fit the OpenAPI document. */
  close(): Promise<void>
}

export async function openAccountShop(
  database: TestDatabase,
  given: { readonly gateway: TestGateway; readonly device: TestDevice } | null = null,
): Promise<AccountShop> {
  const gateway = given?.gateway ?? createTestGateway(database)
  const device = given?.device ?? (await gateway.addDevice(1))
  const server = await createTestServer(gateway)
  const { pool } = database
  const owner = { account: ACCOUNT, mode: 'test', kind: 'secret' } as const
  await storeApiKey(pool, accountKeys.secret, owner, 0)
  await storeApiKey(pool, accountKeys.live, { ...owner, mode: 'live' }, 0)
  await pool.query('update accounts set liability_by = null, liability_ms = null, liability_text = null')
  const document: unknown = await (await fetch(`${server.url}/openapi.json`)).json()
  const misfits: string[] = []

  const clientOf = (secretKey: string) =>
    createAccountClient({
      url: server.url,
      secretKey,
      async fetch(url, init) {
        const answer = await fetch(url, init)
        const text = await answer.text()
        const said: unknown = JSON.parse(text)
        const asked = { method: init.method, path: new URL(url).pathname, status: answer.status }
        misfits.push(...openapiMisfits(document, asked, said))
        return { status: answer.status, text: () => Promise.resolve(text) }
      },
    })

  /** Stored offline by the device, and delivered; its first record. */
  async function deliver(sale: TestSale): Promise<SealedRecord> {
    const opened = await device.opened(sale)
    await gateway.send(device, [opened, await device.stored(sale, await device.read(sale))])
    return opened
  }

  async function storeOffline(amountMinor: number): Promise<TestSale> {
    const sale = device.newSale({ amountMinor })
    await deliver(sale)
    return sale
  }

  return {
    gateway,
    server,
    device,
    account: clientOf(accountKeys.secret),
    clientOf,
    storeOffline,
    async waitingSale(attention) {
      const sale = await storeOffline(1_250)
      await pool.query('update payments set attention = $2, due_ms = null where payment = $1', [
        sale.paymentId,
        attention,
      ])
      return sale
    },
    async forkedSale() {
      device.rewindTo(await deliver(device.newSale()))
      const sale = device.newSale()
      await deliver(sale)
      return sale
    },
    async close() {
      await server.close()
      if (given === null) await gateway.close()
      expect(misfits).toEqual([])
    },
  }
}
