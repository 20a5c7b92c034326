import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { readAcquirerBooks } from './support/acquirer-books.ts'
import { clearScript, script } from './support/acquirer-script.ts'
import { BareStack } from './support/bare-stack.ts'
import { openEitherGateway } from './support/either-gateway.ts'
import { killNow } from './support/kill-now.ts'
import { until } from './support/lab-client.ts'
import { countSold, sellWhile, standingOf } from './support/mixed-sales.ts'
import { openShop } from './support/shop.ts'

/** `HOLDFAST_CHAOS_SECONDS=60` is the minute of the acceptance; the lane takes a part of it. */
const SECONDS = Number(process.env['HOLDFAST_CHAOS_SECONDS'] ?? 6)
const KILL_PERIOD_MS = 1_000
const ISSUER_MS = 80
const PATIENCE_MS = 120_000

let stack: BareStack

beforeEach(async () => {
  stack = await BareStack.open()
})

afterEach(() => stack.close())

it.each([
  { roles: ['all', 'all'], title: 'two gateways' },
  { roles: ['api', 'worker'], title: 'one gateway that answers and one that asks the issuers' },
] as const)(
  'P1 P2 MC1 MC8: $title on one PostgreSQL under load, either of them or the database killed every second: each accepted sale ends as one approval or a decline',
  { timeout: 240_000 + SECONDS * 2_000 },
  async ({ roles, title }) => {
    const acquirer = stack.acquirer()
    const postgres = stack.postgres()
    await Promise.all([acquirer.start(), postgres.start()])
    const databaseUrl = stack.databaseUrl()
    const gateways = [
      stack.gateway(0, { databaseUrl, role: roles[0] }),
      stack.gateway(1, { databaseUrl, role: roles[1] }),
    ] as const
    await Promise.all(gateways.map((gateway) => gateway.start()))
    const either = await openEitherGateway([stack.gatewayPort(0), stack.gatewayPort(1)])
    stack.closes(() => either.close())
    const throughEither = `http://127.0.0.1:${either.port}`
    const ways =
      roles[1] === 'all'
        ? [stack.gatewayUrl(0), stack.gatewayUrl(1), throughEither]
        : [stack.gatewayUrl(0), stack.gatewayUrl(0), stack.gatewayUrl(0)]
    const tills = [...ways, ...ways.slice(2)].map((gatewayUrl, at) => ({
      name: `till-${at + 1}`,
      dataDir: path.join(stack.home, 'devices', `till-${at + 1}`),
      gatewayUrl,
    }))
    const shop = openShop({ tills, officeUrl: stack.gatewayUrl(0), logFolder: stack.logFolder })
    stack.closes(() => shop.program.stop())
    await shop.start()

    // An issuer that takes a moment, so that every kill finds messages on their way.
    await script(stack.controlUrl, { match: {}, do: { delayMs: ISSUER_MS } })
    const kills = { 'gateway-0': 0, 'gateway-1': 0, postgres: 0 }
    const endMs = performance.now() + SECONDS * 1_000
    const selling = sellWhile(shop, () => performance.now() < endMs)
    const victims = ['gateway-0', 'gateway-1', 'postgres'] as const
    for (let turn = 0; performance.now() < endMs; turn += 1) {
      await sleep(KILL_PERIOD_MS)
      // By turns, and by chance between: what was killed last is often still on its way up.
      const victim = victims[turn % 2 === 0 ? turn % 3 : Math.floor(Math.random() * 3)] ?? 'postgres'
      await until(() => Promise.resolve(killNow(stack, victim, gateways)), PATIENCE_MS)
      kills[victim] += 1
    }
    const sold = await selling

    await Promise.all([postgres.start(), ...gateways.map((gateway) => gateway.start())])
    await clearScript(stack.controlUrl)
    // The tills die too. Their next start does not distrust a network that has flapped.
    await shop.killAndOpen()
    await until(
      async () => (await shop.look()).every(({ queued, atRisk }) => queued === 0 && atRisk === 0),
      PATIENCE_MS,
    )
    await stack.atRest(PATIENCE_MS)
    const [link] = await stack.query<{ generation: string }>('select generation::text from links')
    await shop.program.stop()
    for (const program of [...gateways, postgres, acquirer]) await program.stop()

    const books = readAcquirerBooks(stack.home)
    const audit = await stack.audit()
    const standing = standingOf(sold)
    console.log(
      `${title} (${SECONDS} s): ${JSON.stringify({
        payments: sold.length,
        shown: countSold(sold),
        kills,
        starts: Object.fromEntries([...gateways, postgres].map(({ name, starts }) => [name, starts])),
        ownersOfTheLink: Number(link?.generation),
        approvals: books.approvals.length,
        declines: books.declines.length,
        repeats: books.repeats,
        reversals: books.reversals,
        audit: { ...audit, differences: audit.differences.length },
      })}`,
    )
    expect(audit.differences).toEqual([])
    expect(audit.pending).toBe(0)
    expect(audit.sales).toBe(sold.filter(({ paymentId }) => paymentId !== null).length)
    expect(audit.accepted).toBe(standing.length)
    expect(audit.authorised + audit.declined).toBe(standing.length)
    expect(books.approvedAgain).toEqual([])
    expect(standing.length).toBeGreaterThan(0)
    expect(Math.min(...Object.values(kills))).toBeGreaterThan(0)
  },
)
