import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { createWebhookReceiver } from '../../apps/gateway/src/test-support/webhook-receiver.ts'
import { checkBooks } from '../../apps/local/src/audit/check-books.ts'
import { readAcquirerBooks } from './support/acquirer-books.ts'
import { clearScript, script } from './support/acquirer-script.ts'
import { type OfficeDone, openBackOffice } from './support/back-office.ts'
import { BareStack } from './support/bare-stack.ts'
import { openEitherGateway } from './support/either-gateway.ts'
import { killNow } from './support/kill-now.ts'
import { until } from './support/lab-client.ts'
import { moneyOfGateway } from './support/money-truth.ts'
import { officeOrderOf, officeSale } from './support/office-sales.ts'
import { openShop } from './support/shop.ts'

/** `HOLDFAST_CHAOS_SECONDS=60` is the minute of the acceptance; the lane takes a part of it. */
const SECONDS = Number(process.env['HOLDFAST_CHAOS_SECONDS'] ?? 6)
const KILL_PERIOD_MS = 1_000
const HOST_MS = 60
const PATIENCE_MS = 150_000
const TILLS = 4
/** A shop's pace: whoever sells offline is quick, and each sale is a dozen events that the drain has to tell. */
const NEXT_CUSTOMER_MS = 200
/** The demo's, which is public and of test mode only. */
const KEY = 'sk_test_holdfast_demo_secret_key_000001'

let stack: BareStack

beforeEach(async () => {
  stack = await BareStack.open()
})

afterEach(() => stack.close())

it(
  'P2 TM14: captures and refunds by Stripe’s client while either gateway or PostgreSQL is killed every second: taken and given back once, books right, every event told',
  { timeout: 300_000 + SECONDS * 3_000 },
  async () => {
    const acquirer = stack.acquirer()
    const postgres = stack.postgres()
    await Promise.all([acquirer.start(), postgres.start()])
    const databaseUrl = stack.databaseUrl()
    const environment = {
      HOLDFAST_ACQUIRER_PROFILE: 'host-capture',
      HOLDFAST_WEBHOOKS_PRIVATE: 'allow',
    }
    const gateways = [
      stack.gateway(0, { databaseUrl, environment }),
      stack.gateway(1, { databaseUrl, environment }),
    ] as const
    await Promise.all(gateways.map((gateway) => gateway.start()))
    const either = await openEitherGateway([stack.gatewayPort(0), stack.gatewayPort(1)])
    stack.closes(() => either.close())
    const receiver = await createWebhookReceiver()
    stack.closes(() => receiver.close())
    await hookUp(either.port, receiver.url)
    const tills = Array.from({ length: TILLS }, (_, at) => ({
      name: `till-${at + 1}`,
      dataDir: path.join(stack.home, 'devices', `till-${at + 1}`),
      gatewayUrl: `http://127.0.0.1:${either.port}`,
    }))
    const shop = openShop({ tills, officeUrl: stack.gatewayUrl(0), logFolder: stack.logFolder })
    stack.closes(() => shop.program.stop())
    await shop.start()
    const office = openBackOffice({ port: either.port, key: KEY, patienceMs: SECONDS * 1_000 + PATIENCE_MS })

    for (const message of ['authorisation', 'advice', 'refund'])
      await script(stack.controlUrl, { match: { message }, do: { delayMs: HOST_MS } })
    const kills = { 'gateway-0': 0, 'gateway-1': 0, postgres: 0 }
    const endMs = performance.now() + SECONDS * 1_000
    const working: Promise<OfficeDone>[] = []
    let next = 0
    const selling = Promise.all(
      shop.tills.map(async (till) => {
        while (performance.now() < endMs) {
          const at = next
          next += 1
          await sleep(NEXT_CUSTOMER_MS)
          const { paymentId, result } = await shop.sell(till, officeSale(at))
          if (paymentId === null || (result !== 'approved' && result !== 'stored')) continue
          const work = office.work(officeOrderOf(at, paymentId))
          // Looked at when all have ended.
          work.catch(() => {})
          working.push(work)
        }
      }),
    )
    const victims = ['gateway-0', 'gateway-1', 'postgres'] as const
    for (let turn = 0; performance.now() < endMs; turn += 1) {
      await sleep(KILL_PERIOD_MS)
      const victim = victims[turn % 2 === 0 ? turn % 3 : Math.floor(Math.random() * 3)] ?? 'postgres'
      await until(() => Promise.resolve(killNow(stack, victim, gateways)), PATIENCE_MS)
      kills[victim] += 1
    }
    await selling

    await Promise.all([postgres.start(), ...gateways.map((gateway) => gateway.start())])
    await clearScript(stack.controlUrl)
    // The tills die too. Their next start does not distrust a network that has flapped.
    await shop.killAndOpen()
    const done = await Promise.all(working)
    await until(async () => (await moneyInMotion()) === 0, PATIENCE_MS)
    await until(async () => new Set(receiver.ids).size >= (await eventsCount()), PATIENCE_MS)
    expect(await untold(receiver.ids)).toEqual([])

    const money = await moneyOfGateway(stack)
    // Tills, gateway and acquirer are of one mind, also on what was given back.
    await stack.atRest(PATIENCE_MS)
    const books = await checkBooks(databaseUrl)
    await shop.program.stop()
    for (const program of [...gateways, acquirer]) await program.stop()
    const host = readAcquirerBooks(stack.home)
    const asked = done.reduce((sum, { refundsMinor }) => sum + refundsMinor.length, 0)
    console.log(
      `captures and refunds (${SECONDS} s): ${JSON.stringify({
        sales: next,
        payments: money.length,
        captures: done.filter(({ capture }) => capture !== undefined).length,
        refunds: asked,
        officeRetries: office.retries,
        kills,
        starts: Object.fromEntries([...gateways, postgres].map(({ name, starts }) => [name, starts])),
        repeatsAtHost: host.repeats,
        reversalsAtHost: host.reversals,
        events: await eventsCount(),
        deliveries: receiver.ids.length,
        books: books.length,
      })}`,
    )
    expect(books).toEqual([])
    const byPayment = new Map(money.map((row) => [row.payment, row]))
    for (const { paymentId, capturedMinor, refundsMinor, refunds } of done) {
      const row = byPayment.get(paymentId)
      expect(row?.captured).toBe(capturedMinor)
      expect(row?.refunded).toBe(refundsMinor.reduce((sum, minor) => sum + minor, 0))
      expect(new Set(refunds).size).toBe(refundsMinor.length)
    }
    expect(host.approvedAgain).toEqual([])
    expect(asked).toBeGreaterThan(0)
    expect(Math.min(...Object.values(kills))).toBeGreaterThan(0)
  },
)

async function hookUp(port: number, url: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/webhook_endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ url, 'enabled_events[]': '*' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

async function moneyInMotion(): Promise<number> {
  const [row] = await stack.query<{ count: number }>(`
    select (
      (select count(*) from presentments where state not in ('accepted', 'declined', 'canceled'))
      + (select count(*) from refunds where status in ('waiting_parent', 'submitted'))
      + (select count(*) from payments where word = 'accepted' and status = 'processing')
      + (select count(*) from money_tasks where done_ms is null and kind <> 'capture_expiry'))::integer as count`)
  return row?.count ?? -1
}

async function eventsCount(): Promise<number> {
  const [row] = await stack.query<{ count: number }>('select count(*)::integer as count from events')
  return row?.count ?? -1
}

/** Events that the merchant's server has not heard of. */
async function untold(heard: readonly string[]): Promise<string[]> {
  const rows = await stack.query<{ event: string }>('select event from events')
  const known = new Set(heard)
  return rows.map(({ event }) => event).filter((event) => !known.has(event))
}
