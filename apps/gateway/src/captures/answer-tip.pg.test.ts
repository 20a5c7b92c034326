import { hostCapture } from '@holdfast/iso8583'
import type { FeedAnswer } from '@holdfast/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { retryPresentment } from '../presenter/resolve-presentment.ts'
import { type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { FEED, tipDesk } from '../test-support/tip-desk.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { tipsAside } from './tips-aside.ts'

const database = sharedDatabase()
let stack: MoneyStack
const { select, tipIs, capture, parked, newestBatch, tip, sold, close, refund, words } = tipDesk(
  database,
  () => stack,
)

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

const feedOf = async (query = '') =>
  (await stack.gateway.api(await stack.device.request('GET', `${FEED}${query}`))).body as FeedAnswer

/** As the merchant's page lists them, the largest first: records of one moment have no order there. */
async function aside() {
  const listed = await tipsAside(database().pool, { account: ACCOUNT, mode: 'test' }, { limit: 10 })
  return listed
    .toSorted((a, b) => b.tipMinor - a.tipMinor)
    .map(({ paymentId, tipMinor, code }) => [paymentId, tipMinor, code])
}

test('SQ17: the till hears that its tip was taken, and an older till is not told what it cannot read', async () => {
  const sale = await sold()
  await tip(sale, 150)
  await tipIs('accepted')
  expect(await words()).toEqual([{ payment: sale.paymentId, tipMinor: 150, standsMinor: 150, code: null }])
  expect((await feedOf()).items.map(({ type }) => type)).toEqual(['outcome'])
  expect((await feedOf('&tips=1')).items.map(({ type, n }) => [type, n])).toEqual([
    ['outcome', 1],
    ['tip', 2],
  ])
})

test('refused by the host the till hears it, and again when a person has sent it once more and it was taken', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12' } })
  await tip(sale, 150)
  await tipIs('needs_attention')
  expect(await words()).toMatchObject([{ tipMinor: 150, standsMinor: 0, code: 'tip_refused' }])
  expect(await aside()).toEqual([[sale.paymentId, 150, 'tip_refused']])
  const [row] = await select<{ id: string }>(
    `select presentment as id from presentments where subject_kind = 'tip'`,
  )
  await transaction(database().pool, (tx) => retryPresentment(tx, row?.id ?? '', idSourceOf(stack.world)))
  await tipIs('accepted')
  expect(await words()).toMatchObject([
    { code: 'tip_refused' },
    { tipMinor: 150, standsMinor: 150, code: null },
  ])
  expect(await aside()).toEqual([])
})

test('what is set aside before it is told reaches the till with its reason and what stands', async () => {
  const first = await sold()
  await tip(first, 201)
  await stack.until(async () => (await parked()).length === 1)
  await tip(first, 150)
  await tipIs('accepted')
  await tip(first, 100)
  await stack.until(async () => (await parked()).length === 2)
  const second = await stack.sell(saleOf('automatic', 500))
  await stack.until(async () => (await capture()).length === 2)
  await refund(second, 100)
  await tip(second, 50)
  await stack.until(async () => (await parked()).length === 3)
  expect(await words()).toMatchObject([
    { tipMinor: 201, standsMinor: 0, code: 'tip_above_tolerance' },
    { tipMinor: 150, standsMinor: 150, code: null },
    { tipMinor: 100, standsMinor: 150, code: 'tip_after_capture' },
    { payment: second.paymentId, tipMinor: 50, standsMinor: 0, code: 'tip_after_refund' },
  ])
  expect(await aside()).toEqual([
    [first.paymentId, 100, 'tip_after_capture'],
    [second.paymentId, 50, 'tip_after_refund'],
  ])
  await stack.until(async () => (await stack.journal()).length === 3)
})

test('a till that was away when the batch closed hears that its tip came too late', async () => {
  const sale = await sold()
  await close()
  await stack.until(async () => (await newestBatch())?.state === 'closed')
  await tip(sale, 150)
  await stack.until(async () => (await parked()).length === 1)
  expect(await words()).toMatchObject([{ tipMinor: 150, standsMinor: 0, code: 'tip_after_batch' }])
})

test('the process dies between the answer of the host and its word to the till: both are there after it, once', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12', delayMs: 300 } })
  await tip(sale, 150)
  await tipIs('sent')
  await stack.restart()
  await stack.until(async () => (await words()).length === 1)
  const [heard] = await words()
  expect((await capture())[0]).toMatchObject({ tip: heard?.standsMinor })
})

test('a tip that was written in offline and is too much does not keep its sale from being captured', async () => {
  const { device, gateway } = stack
  const sale = device.newSale(saleOf('automatic', 1_000))
  const attempt = await device.read(sale)
  const { saleId, paymentId } = sale
  const body = { kind: 'tip.closed', sale: saleId, payment: paymentId, tipMinor: 201, currency: 'eur' }
  const records = [await device.opened(sale), await device.stored(sale, attempt), await device.append(body)]
  await gateway.send(device, records)
  const taken = { amount: 1_000, tip: 0, state: 'presented' }
  await stack.until(async () => JSON.stringify(await capture()) === JSON.stringify([taken]))
  expect(await stack.journal()).toMatchObject([{ mti: '0100', completedMinor: 1_000 }])
  expect(await parked()).toEqual([{ task: 'approved', attention: 'tip_above_tolerance' }])
  expect(await words()).toMatchObject([{ tipMinor: 201, standsMinor: 0, code: 'tip_above_tolerance' }])
  expect(await aside()).toEqual([[paymentId, 201, 'tip_above_tolerance']])
})
