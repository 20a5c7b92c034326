import { type HostProfile, hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, expect, test } from 'vitest'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { type BatchRow, listBatches } from './batch-row.ts'
import { closeBatch } from './close-batch.ts'

const database = sharedDatabase()
let stack: MoneyStack

afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

async function open(host: HostProfile): Promise<void> {
  stack = await openMoneyStack(database(), host)
}

const batches = () => listBatches(database().pool, { account: ACCOUNT, limit: 10 })
const newest = async (): Promise<BatchRow | undefined> => (await batches())[0]

async function captured(): Promise<{ state: string; told: string; repeats: number | null }[]> {
  const { rows } = await database().pool.query<{ state: string; told: string; repeats: number | null }>(`
    select c.state, p.state as told, p.repeats from captures c
    join presentments p on p.account = c.account and p.subject = c.capture order by c.created_ms`)
  return rows
}

async function sellManual(amountMinor: number): Promise<TestSale> {
  const sale = await stack.sell(saleOf('manual', amountMinor))
  await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
  return sale
}

const capture = (sale: TestSale) =>
  transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(sale), {}))

const close = (overMissingTips = false) =>
  transaction(database().pool, async (tx) => {
    const [row] = await listBatches(tx, { account: ACCOUNT, limit: 1 })
    const key = { account: ACCOUNT, batchId: row?.batchId ?? '' }
    return closeBatch(tx, key, { nowMs: stack.world.clock.wallMs(), overMissingTips })
  })

const allCaptured = (count: number) => stack.until(async () => (await captured()).length === count)
const becomes = (state: BatchRow['state']) => stack.until(async () => (await newest())?.state === state)

test('ST12: where the host captures, a batch is compared and closed, and what comes later goes into the next', async () => {
  await open(hostCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await stack.sell(saleOf('automatic', 2_000))
  const manual = await sellManual(500)
  await capture(manual)
  await stack.until(async () => (await captured()).filter(({ told }) => told === 'accepted').length === 3)
  expect(await close()).toMatchObject({ ok: true })
  await becomes('closed')
  expect(await newest()).toMatchObject({ number: '000001', totals: { debits: 3, debitsMinor: 3_500 } })
  expect(await stack.batches()).toMatchObject([{ count: 3, netMinor: 3_500 }])
  await stack.sell(saleOf('automatic', 700))
  await stack.until(async () => (await batches()).length === 2)
  expect(await newest()).toMatchObject({ number: '000002', state: 'open' })
})

test('ST12: where the terminal captures, the batch presents each sale once, and then agrees with the host', async () => {
  await open(terminalCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await stack.sell(saleOf('automatic', 2_000))
  await allCaptured(2)
  expect(await captured()).toMatchObject([
    { state: 'due', told: 'due' },
    { state: 'due', told: 'due' },
  ])
  await close()
  await becomes('closed')
  expect(await captured()).toMatchObject([
    { state: 'presented', told: 'accepted' },
    { state: 'presented', told: 'accepted' },
  ])
  const host = (await stack.journal()).toSorted((a, b) => a.amountMinor - b.amountMinor)
  expect(host).toMatchObject([
    { mti: '0100', completedMinor: 1_000, batchNumber: '000001' },
    { mti: '0100', completedMinor: 2_000, batchNumber: '000001' },
  ])
})

test('the cut-off closes a batch by itself, at the hour of its shop', async () => {
  await open(hostCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await allCaptured(1)
  const cutOffMs = (await newest())?.cutOffMs ?? 0
  stack.leap(cutOffMs - stack.world.clock.wallMs())
  await becomes('closed')
})

test('SQ17: a batch does not close over missing tips without a warning', async () => {
  await open(hostCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await sellManual(500)
  await allCaptured(1)
  expect(await close()).toEqual({ ok: false, refusal: 'batch_tips_missing', uncaptured: 1 })
  expect(await close(true)).toEqual({ ok: true, uncaptured: 1 })
  await becomes('closed')
})

test('a host that counts otherwise is told each sale; what differs for ever is for a human', async () => {
  await open(hostCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await allCaptured(1)
  await stack.script({ match: { message: 'batch', next: 3 }, do: { responseCode: '95' } })
  await close()
  await becomes('closed')
  await stack.sell(saleOf('automatic', 2_000))
  await stack.until(async () => (await batches()).length === 2)
  await stack.script({ match: { message: 'batch' }, do: { responseCode: '95' } })
  await close()
  await becomes('needs_attention')
  expect(await newest()).toMatchObject({ attention: 'batch_out_of_balance' })
})

test('a batch that is closed while the one before it is still presented waits for it, and both agree with the host', async () => {
  await open(terminalCapture)
  await stack.sell(saleOf('automatic', 1_000))
  await stack.sell(saleOf('automatic', 2_000))
  await allCaptured(2)
  // The first is on its way for a while; the next batch is presented meanwhile.
  await stack.script({ match: { message: 'batch', next: 1 }, do: { drop: 'before' } })
  await close()
  await stack.sell(saleOf('automatic', 4_000))
  await allCaptured(3)
  await close()
  await stack.until(async () => (await batches()).every(({ state }) => state === 'closed'))
  const closed = await stack.batches()
  expect(closed.reduce((sum, { netMinor }) => sum + netMinor, 0)).toBe(7_000)
  expect((await captured()).map(({ told }) => told)).toEqual(['accepted', 'accepted', 'accepted'])
})

test('a void after its batch has closed reverses nothing: it becomes a refund', async () => {
  await open(hostCapture)
  const sale = await stack.sell(saleOf('automatic', 1_000))
  await allCaptured(1)
  await close()
  await becomes('closed')
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await stack.until(async () => {
    const { rowCount } = await database().pool.query(`select from refunds where requested_by = 'void'`)
    return rowCount === 1
  })
  expect(await stack.journal()).toMatchObject([{ reversed: false, chargedMinor: 1_000 }])
})

/** In this order, one message each. */
const FAULTS = [
  { drop: 'before' },
  { drop: 'after' },
  { cut: true },
  { delayMs: 1_000 },
  { duplicate: true },
  { drop: 'after' },
  { garbage: true },
]

test.each([hostCapture, terminalCapture])(
  'P2: on a link with faults, and killed between its steps, $name is told each capture once',
  async (host) => {
    await open(host)
    const message = host === hostCapture ? 'advice' : 'batch'
    const sales = [await sellManual(1_100), await sellManual(2_200), await sellManual(3_300)]
    for (const action of FAULTS) await stack.script({ match: { message, next: 1 }, do: action })
    for (const sale of sales) {
      expect(await capture(sale)).toMatchObject({ ok: true })
      await stack.restart()
    }
    if (host === terminalCapture) await close()
    for (let kills = 0; kills < 4; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150 + kills * 120))
      await stack.restart()
    }
    await stack.until(async () => (await captured()).every(({ told }) => told === 'accepted'))
    if (host === hostCapture) await close()
    await becomes('closed')
    expect((await captured()).map(({ state }) => state)).toEqual(['presented', 'presented', 'presented'])
    const entries = await stack.journal()
    expect(entries.map(({ completedMinor, reversed }) => [completedMinor, reversed])).toEqual([
      [1_100, false],
      [2_200, false],
      [3_300, false],
    ])
    expect(await stack.batches()).toMatchObject([{ count: 3, netMinor: 6_600 }])
    const { rows } = await database().pool.query<{ gross: string }>(
      'select sum(amount_minor) as gross from balance_transactions',
    )
    expect(rows).toEqual([{ gross: '6600' }])
  },
)
