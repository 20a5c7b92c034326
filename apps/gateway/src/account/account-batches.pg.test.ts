import { hostCapture } from '@holdfast/iso8583'
import type { AccountBatch } from '@holdfast/protocol/account'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const database = sharedDatabase()
let stack: MoneyStack
let shop: AccountShop

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
  shop = await openAccountShop(database(), stack)
})

afterEach(async () => {
  await shop.close()
  await stack.close()
})

async function batches(): Promise<readonly AccountBatch[]> {
  const listed = await shop.account.batches.list()
  if (!listed.ok) throw new Error('was listed')
  return listed.value.batches
}

const newest = async () => (await batches())[0]

test('ST12: a batch is shown with its ticket while it is open, and closed now by whoever asks, once', async () => {
  const sale = await stack.sell(saleOf('automatic', 1_250))
  await stack.until(async () => (await newest())?.sales.count === 1)
  const open = await newest()
  const batch = open?.batch ?? ''
  expect(open).toMatchObject({ state: 'open', sales: { amountMinor: 1_250 }, refunds: { count: 0 } })
  expect(await shop.account.batches.get(batch)).toMatchObject({
    value: { items: [{ payment: sale.paymentId, kind: 'sale', amountMinor: 1_250 }] },
  })
  const closed = await Promise.all([shop.account.batches.close(batch), shop.account.batches.close(batch)])
  expect(closed.map(({ ok }) => ok)).toEqual([true, true])
  await stack.until(async () => (await newest())?.state === 'closed')
  expect(await newest()).toMatchObject({ batch, sales: { count: 1, amountMinor: 1_250 } })
  expect(await shop.account.batches.list({ state: 'open' })).toMatchObject({ value: { batches: [] } })
  expect(await shop.account.batches.list({ before: batch })).toMatchObject({
    value: { batches: [], next: null },
  })
})

test('what was given up in a batch is not in it', async () => {
  await stack.sell(saleOf('automatic', 1_250))
  await stack.until(async () => (await newest())?.sales.count === 1)
  await database().pool.query(
    `update presentments set state = 'given_up', ended_ms = accepted_ms, accepted_ms = null`,
  )
  const open = await newest()
  expect(open).toMatchObject({ sales: { count: 0, amountMinor: 0 } })
  expect(await shop.account.batches.get(open?.batch ?? '')).toMatchObject({ ok: true, value: { items: [] } })
})

test('SQ17: sales that wait for their tip hold a batch up until somebody says that it is to be closed all the same', async () => {
  await stack.sell(saleOf('automatic', 1_250))
  await stack.until(async () => (await newest())?.sales.count === 1)
  const waiting = await stack.sell(saleOf('manual', 900))
  await stack.until(async () => (await stack.status(waiting)) === 'requires_capture')
  const open = await newest()
  const batch = open?.batch ?? ''
  expect(open).toMatchObject({ uncaptured: 1 })
  expect(await shop.account.batches.close(batch)).toMatchObject({
    status: 409,
    error: { code: 'batch_tips_missing' },
  })
  expect(await shop.account.batches.close(batch, { overMissingTips: true })).toMatchObject({ ok: true })
  await stack.until(async () => (await newest())?.state === 'closed')
  expect(await newest()).toMatchObject({ uncaptured: 1 })
})

test('a batch of the other mode, or of nobody, is not found', async () => {
  await stack.sell(saleOf('automatic', 1_250))
  await stack.until(async () => (await batches()).length === 1)
  const batch = (await newest())?.batch ?? ''
  const live = shop.clientOf(accountKeys.live)
  const notFound = { ok: false, status: 404, error: { code: 'not_found' } }
  expect(await live.batches.get(batch)).toMatchObject(notFound)
  expect(await live.batches.close(batch)).toMatchObject(notFound)
  expect(await live.batches.list()).toMatchObject({ value: { batches: [] } })
  expect(await shop.account.batches.get('bat_nothing')).toMatchObject(notFound)
})
