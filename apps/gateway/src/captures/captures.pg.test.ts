import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { cancelPayment } from './cancel-payment.ts'
import { capturePayment, type WantedAmount } from './capture-payment.ts'

const database = sharedDatabase()
let stack: MoneyStack

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

const capture = (sale: TestSale, wanted: WantedAmount = {}) =>
  transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(sale), wanted))

async function captures(): Promise<
  { state: string; amount: number; tip: number; message: string; told: string }[]
> {
  const { rows } = await database().pool.query<{
    state: string
    amount: number
    tip: number
    message: string
    told: string
  }>(`
    select c.state, c.amount_minor::integer as amount, c.tip_minor::integer as tip, p.message, p.state as told
    from captures c join presentments p on p.account = c.account and p.subject = c.capture order by c.created_ms`)
  return rows
}

async function gross(): Promise<number[]> {
  const { rows } = await database().pool.query<{ amount: number }>(
    'select amount_minor::integer as amount from balance_transactions order by created_ms, txn',
  )
  return rows.map(({ amount }) => amount)
}

async function refunds(): Promise<{ requested_by: string; amount: number }[]> {
  const { rows } = await database().pool.query<{ requested_by: string; amount: number }>(
    'select requested_by, amount_minor::integer as amount from refunds',
  )
  return rows
}

async function tasksWaiting(): Promise<{ task: string; attention: string | null }[]> {
  const { rows } = await database().pool.query<{ task: string; attention: string | null }>(
    `select kind as task, attention from money_tasks where done_ms is null and kind <> 'capture_expiry' order by position`,
  )
  return rows
}

const becomes = (sale: TestSale, status: string) =>
  stack.until(async () => (await stack.status(sale)) === status)
const told = (count: number) =>
  stack.until(async () => (await captures()).filter((row) => row.told === 'accepted').length === count)

test('TM14: an automatic sale is captured by its approval, posted once, and asks nothing more of the host', async () => {
  await stack.sell(saleOf('automatic', 1_000))
  await told(1)
  expect(await captures()).toEqual([
    { state: 'presented', amount: 1_000, tip: 0, message: 'sale', told: 'accepted' },
  ])
  expect(await gross()).toEqual([1_000])
  expect(await stack.journal()).toMatchObject([{ mti: '0200', chargedMinor: 1_000 }])
})

test('TM14: a manual sale is only held, and its capture is presented once with the final amount', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  expect(await stack.journal()).toMatchObject([{ mti: '0100', chargedMinor: 1_000 }])
  expect(await captures()).toEqual([])
  // Part of it: the host gives the rest back by the same message.
  expect(await capture(sale, { amountMinor: 700 })).toMatchObject({ ok: true })
  expect(await stack.status(sale)).toBe('succeeded')
  await told(1)
  expect(await stack.journal()).toMatchObject([{ completedMinor: 700, chargedMinor: 700, timesAsked: 1 }])
  expect(await gross()).toEqual([700])
  expect(await capture(sale)).toMatchObject({ ok: false, refusal: 'charge_already_captured' })
})

test('SQ17: a tip rides on the capture as far as the contract lets it; more is refused', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  expect(await capture(sale, { amountMinor: 1_001 })).toMatchObject({
    refusal: 'capture_amount_above_authorised',
  })
  expect(await capture(sale, { amountMinor: 1_201, tipMinor: 201 })).toMatchObject({
    refusal: 'tip_above_tolerance',
  })
  expect(await capture(sale, { amountMinor: 1_200, tipMinor: 200 })).toMatchObject({ ok: true })
  await told(1)
  expect(await stack.journal()).toMatchObject([{ completedMinor: 1_200 }])
})

test('SQ17: a tip that was written in offline makes the sale a hold, and is captured with it', async () => {
  const sale = stack.device.newSale(saleOf('automatic', 1_000))
  const attempt = await stack.device.read(sale)
  const { gateway, device } = stack
  const tip = await (async () => {
    const first = [await device.opened(sale), await device.stored(sale, attempt)]
    const body = {
      kind: 'tip.closed',
      sale: sale.saleId,
      payment: sale.paymentId,
      tipMinor: 150,
      currency: 'eur',
    }
    return [...first, await device.append(body)]
  })()
  await gateway.send(device, tip)
  await told(1)
  expect(await captures()).toMatchObject([{ amount: 1_150, tip: 150, message: 'completion' }])
  expect(await stack.journal()).toMatchObject([{ mti: '0100', completedMinor: 1_150 }])
  await stack.until(async () => (await tasksWaiting()).length === 0)
})

test('a capture that a device asked for before its payment was decided waits for that, and is done once', async () => {
  const sale = stack.device.newSale(saleOf('manual', 1_000))
  const attempt = await stack.device.read(sale)
  const { gateway, device } = stack
  const asked = [await device.opened(sale), await device.stored(sale, attempt)]
  const body = {
    kind: 'capture.requested',
    sale: sale.saleId,
    payment: sale.paymentId,
    amountMinor: 900,
    currency: 'eur',
  }
  await gateway.send(device, [...asked, await device.append(body)])
  await told(1)
  expect(await stack.journal()).toMatchObject([{ completedMinor: 900 }])
  expect(await tasksWaiting()).toEqual([])
})

test('canceled before its capture, the hold is given back; captured after that, it is refused', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  await transaction(database().pool, (tx) => cancelPayment(tx, stack.world, accountOf(sale), 'canceled'))
  expect(await stack.status(sale)).toBe('canceled')
  await stack.until(async () => (await stack.journal())[0]?.reversed === true)
  expect(await capture(sale)).toMatchObject({ ok: false, refusal: 'state_unfit' })
  expect(await captures()).toEqual([])
})

test('what nobody captures in time is given back', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  stack.leap(hostCapture.captureWithinMs)
  await becomes(sale, 'canceled')
  await stack.until(async () => (await stack.journal())[0]?.reversed === true)
  expect(await capture(sale)).toMatchObject({ refusal: 'capture_authorization_expired' })
  const { rows } = await database().pool.query(
    `select e.object_id = a.charge as of_its_charge from events e join attempts a using (account)
     where e.type = 'charge.expired'`,
  )
  expect(rows).toEqual([{ of_its_charge: true }])
})

test('a void after the approval takes the capture back, in the books too', async () => {
  const sale = await stack.sell(saleOf('automatic', 1_000))
  await told(1)
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await stack.until(async () => (await stack.journal())[0]?.reversed === true)
  await stack.until(async () => (await captures())[0]?.state === 'canceled')
  expect(await gross()).toEqual([1_000, -1_000])
})

test('a void takes a capture back whose presentment waits for a human and never left', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  await database().pool.query('update attempts set vault = null')
  await capture(sale)
  await stack.until(async () => (await captures())[0]?.told === 'needs_attention')
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await stack.until(async () => (await stack.journal())[0]?.reversed === true)
  await stack.until(async () => (await captures())[0]?.state === 'canceled')
  expect(await captures()).toMatchObject([{ state: 'canceled', told: 'canceled' }])
  expect(await gross()).toEqual([])
  await stack.until(async () => (await tasksWaiting()).length === 0)
})

test('a void after the completion has left reverses nothing: it becomes a refund', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await becomes(sale, 'requires_capture')
  await capture(sale)
  await told(1)
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await stack.until(async () => (await refunds()).length === 1)
  expect(await refunds()).toEqual([{ requested_by: 'void', amount: 1_000 }])
  expect(await stack.status(sale)).toBe('succeeded')
  expect(await stack.journal()).toMatchObject([{ reversed: false, chargedMinor: 1_000 }])
})
