import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listBatches } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { requestRefund } from '../refunds/request-refund.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import type { Death } from '../test-support/presenting-worker.child.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { spawnPresentingWorker } from '../test-support/spawn-presenting-worker.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { idSourceOf } from '../world/gateway-world.ts'

const database = sharedDatabase()
let stack: MoneyStack
let child: ChildProcess | null = null

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture, { doesTasks: false })
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await stack.close()
})

interface Left {
  readonly here: string
  readonly atHost: 0 | 1
}

const ALL = ['complete', 'refund', 'reconcile', 'upload'] as const

/** Each message is a process of its own that is killed there, and what that leaves here and at the host of a first capture. */
const deaths: readonly (readonly [Death['at'], readonly Death['of'][], Left])[] = [
  ['between a posting and the end of its task', ['task'], { here: 'due', atHost: 0 }],
  ['before sent is durable', ['complete', 'refund', 'reconcile'], { here: 'due', atHost: 0 }],
  ['after sent is durable, before a byte', ALL, { here: 'sent', atHost: 0 }],
  ['after the byte, before the answer', ALL, { here: 'sent', atHost: 1 }],
  ['after the answer, before it is written', ALL, { here: 'sent', atHost: 1 }],
  [
    'after it is written, before its COMMIT',
    ['complete', 'refund', 'reconcile'],
    { here: 'sent', atHost: 1 },
  ],
  ['after its COMMIT', ['complete', 'refund', 'reconcile'], { here: 'accepted', atHost: 1 }],
]

test.each(deaths)(
  'P2: killed -9 %s, each capture is charged once, each refund paid once, and both sides count alike',
  async (at, messages, left) => {
    const isKilled = async (of: Death['of']) => messages.includes(of) && (await dieAt({ at, of }))
    const whole = await approved(saleOf('automatic', 2_000))
    const tipped = await approved(saleOf('automatic', 1_000))
    const held = await approved(saleOf('manual', 700))
    await stack.stop()
    if (await isKilled('task')) expect(await count('select from captures')).toBe(0)
    await goOn(async () => (await count(`select from captures where state = 'presented'`)) === 2)

    await tip(tipped, 150)
    await capture(held)
    if (await isKilled('complete')) await expectLeft(left)
    await goOn(async () => (await count(`select from presentments where state = 'accepted'`)) === 4)
    expect(await count('select from presentments')).toBe(4)

    await refund(whole, 400)
    await isKilled('refund')
    await goOn(async () => (await count(`select from refunds where status = 'succeeded'`)) === 1)

    // The host counts otherwise until it was told in detail.
    await stack.script({ match: { message: 'batch', next: 3 }, do: { responseCode: '95' } })
    await close()
    await isKilled('reconcile')
    await isKilled('upload')
    await goOn(async () => (await newest())?.state === 'closed')

    expect((await stack.journal()).map(({ chargedMinor }) => chargedMinor).toSorted((a, b) => a - b)).toEqual(
      [-400, 700, 1_150, 2_000],
    )
    expect((await newest())?.totals).toEqual({
      debits: 3,
      debitsMinor: 3_850,
      credits: 1,
      creditsMinor: 400,
    })
    expect(await stack.batches()).toMatchObject([{ count: 4, netMinor: 3_450 }])
    expect(await checkBooks(database().pool)).toEqual([])
    expect(await count('select from money_tasks where attention is not null')).toBe(0)
    expect(stack.gateway.errors).toEqual([])
  },
)

const count = async (sql: string) => (await database().pool.query(sql)).rowCount
const newest = async () => (await listBatches(database().pool, { account: ACCOUNT, limit: 1 }))[0]

async function approved(changes: Partial<TestSale>): Promise<TestSale> {
  const sale = await stack.sell(changes)
  await stack.until(async () => ['succeeded', 'requires_capture'].includes(await stack.status(sale)))
  return sale
}

async function dieAt(death: Death): Promise<true> {
  child = spawnPresentingWorker(stack, database().url, death)
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  return true
}

async function expectLeft({ here, atHost }: Left): Promise<void> {
  const told = `select from presentments where message = 'completion' and state = '${here}'`
  expect(await count(told)).toBeGreaterThanOrEqual(1)
  // What has left a process that is dead arrives all the same.
  const completed = async () => (await stack.journal()).filter((entry) => entry.completedMinor !== undefined)
  if (atHost === 0) expect(await completed()).toEqual([])
  else await stack.until(async () => (await completed()).length >= atHost)
}

async function goOn(until: () => Promise<boolean>): Promise<void> {
  stack.leap(10_000)
  await stack.restart()
  await stack.until(until)
  await stack.stop()
}

async function tip({ saleId: sale, paymentId: payment }: TestSale, tipMinor: number): Promise<void> {
  const body = { kind: 'tip.closed', sale, payment, tipMinor, currency: 'eur' }
  await stack.gateway.send(stack.device, [await stack.device.append(body)])
}

async function capture(sale: TestSale): Promise<void> {
  const taken = await transaction(database().pool, (tx) =>
    capturePayment(tx, stack.world, accountOf(sale), {}),
  )
  expect(taken).toMatchObject({ ok: true })
}

async function refund(sale: TestSale, amountMinor: number): Promise<void> {
  const asked = { refundId: null, reason: null, operator: null, approver: null, metadata: {} }
  const wanted = { ...accountOf(sale), mode: 'test', amountMinor, requestedBy: 'merchant', ...asked } as const
  const ids = idSourceOf(stack.world)
  expect(await transaction(database().pool, (tx) => requestRefund(tx, wanted, ids))).toMatchObject({
    ok: true,
  })
}

async function close(): Promise<void> {
  const key = { account: ACCOUNT, batchId: (await newest())?.batchId ?? '' }
  const terms = { nowMs: stack.world.clock.wallMs(), overMissingTips: false }
  expect(await transaction(database().pool, (tx) => closeBatch(tx, key, terms))).toMatchObject({ ok: true })
}
