import path from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { openTcpSwitch } from '../../apps/local/src/switch/tcp-switch.ts'
import { readAcquirerBooks } from './support/acquirer-books.ts'
import { BareStack } from './support/bare-stack.ts'
import { until } from './support/lab-client.ts'
import { countSold, sellMixed, standingOf } from './support/mixed-sales.ts'
import { runOperator } from './support/running-stack.ts'
import { openShop, type Shop } from './support/shop.ts'

/** `HOLDFAST_AMNESIA_PAYMENTS=300` is the acceptance; the lane takes a part of it. */
const PAYMENTS = Number(process.env['HOLDFAST_AMNESIA_PAYMENTS'] ?? 100)
/** Stored by one till with no way to the gateway, and sold again by all when the gateway is healed. */
const AFTERWARDS = 24
const LATE_TILL = 'till-4'
const PATIENCE_MS = 90_000

let stack: BareStack

beforeEach(async () => {
  stack = await BareStack.open()
})

afterEach(() => stack.close())

it.each([
  { backup: 'before the day', before: 0 },
  { backup: 'in the middle of the day', before: PAYMENTS / 2 },
])(
  'P7 P2 ST12: restored to a backup taken $backup, the gateway misses nothing of 300 payments, no issuer approves twice, and feeds go on',
  async ({ before }) => {
    const acquirer = stack.acquirer()
    const gateway = stack.gateway(0)
    await Promise.all([acquirer.start(), gateway.start()])
    const line = await openTcpSwitch({ port: 0, target: { host: '127.0.0.1', port: stack.gatewayPort(0) } })
    stack.closes(() => line.close())
    const shop = shopOf(line.port)
    await shop.start()

    const sold = await sellMixed(shop, 0, before)
    const file = path.join(stack.home, 'kept.backup')
    expect(await runOperator(stack.place, 'backup', '--to', file)).toMatchObject({ code: 0 })
    sold.push(...(await sellMixed(shop, before, PAYMENTS - before - AFTERWARDS)))
    // The others are heard to the end; the last sales of one till are still in its queue when all is lost.
    await untilTills(shop, ({ name, queued, atRisk }) => name === LATE_TILL || queued + atRisk === 0)
    await line.setMode('down')
    await untilTills(shop, ({ name, networkStatus }) => name !== LATE_TILL || networkStatus === 'offline')
    const queued = { ...shop, tills: [LATE_TILL] }
    sold.push(...(await sellMixed(queued, PAYMENTS - AFTERWARDS, AFTERWARDS)))
    expect(sold).toHaveLength(PAYMENTS)
    const waiting = (await shop.look()).map((till) => till.queued)
    const known = await stack.query<{ payments: string }>('select count(*) as payments from payments')
    const asked = readAcquirerBooks(stack.home)

    await gateway.stop()
    const restored = await runOperator(stack.place, 'restore', '--from', file, '--yes')
    expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('as generation') })
    await gateway.start()
    const left = await stack.query<{ payments: string }>('select count(*) as payments from payments')
    await line.setMode('up')
    await until(async () => (await stack.query(DEVICES_AWAY)).length === 0, PATIENCE_MS)
    await stack.atRest(PATIENCE_MS)
    expect(await runOperator(stack.place, 'restores', 'list')).toMatchObject({
      output: expect.stringContaining('Nothing that a restore made the gateway forget is open'),
    })

    // Feeds continue: what is stored from here on is decided, and its tills hear it.
    sold.push(...(await sellMixed(shop, PAYMENTS, AFTERWARDS)))
    await untilTills(shop, ({ queued, atRisk }) => queued + atRisk === 0)
    await stack.atRest(PATIENCE_MS)
    const tills = await shop.look()
    for (const { payments } of tills) {
      expect(payments).not.toHaveProperty('OPEN')
      expect(payments).not.toHaveProperty('UPLOADED')
      expect(payments['PROCESSED']).toBeGreaterThan(0)
    }
    await shop.program.stop()
    await gateway.stop()
    await acquirer.stop()

    const books = readAcquirerBooks(stack.home)
    const audit = await stack.audit()
    console.log(
      `amnesia (backup after ${before}): ${JSON.stringify({
        payments: sold.length,
        shown: countSold(sold),
        queuedAtTheLoss: waiting,
        gatewayKnew: Number(known[0]?.payments),
        gatewayKnewAfterTheRestore: Number(left[0]?.payments),
        approvalsBefore: asked.approvals.length,
        approvals: books.approvals.length,
        repeatsAfterTheRestore: books.repeats - asked.repeats,
        reversalsBefore: asked.reversals,
        reversals: books.reversals,
        audit: { ...audit, differences: audit.differences.length },
      })}`,
    )
    expect(audit.differences).toEqual([])
    expect(audit.pending).toBe(0)
    expect(audit.sales).toBe(sold.filter(({ paymentId }) => paymentId !== null).length)
    const standing = standingOf(sold)
    expect(audit.accepted).toBe(standing.length)
    expect(audit.authorised + audit.declined).toBe(standing.length)
    expect(books.approvedAgain).toEqual([])
    expect(books.approvals).toEqual(expect.arrayContaining([...asked.approvals]))
    expect(Number(left[0]?.payments)).toBeLessThan(Number(known[0]?.payments))
  },
)

const DEVICES_AWAY = 'select d.device from devices d join settings s on d.synced_generation < s.generation'

function shopOf(port: number): Shop {
  const gatewayUrl = `http://127.0.0.1:${port}`
  const tills = ['till-1', 'till-2', 'till-3', LATE_TILL].map((name) => ({
    name,
    dataDir: path.join(stack.home, 'devices', name),
    gatewayUrl,
  }))
  const shop = openShop({ tills, officeUrl: stack.gatewayUrl(0), logFolder: stack.logFolder })
  stack.closes(() => shop.program.stop())
  return shop
}

type Till = Awaited<ReturnType<Shop['look']>>[number]

function untilTills(shop: Shop, condition: (till: Till) => boolean): Promise<void> {
  return until(async () => (await shop.look()).every(condition), PATIENCE_MS)
}
