import { hostCapture } from '@holdfast/iso8583'
import type { DayReport } from '@holdfast/protocol/account'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { giveUpPresentment } from '../presenter/resolve-presentment.ts'
import { requestRefund } from '../refunds/request-refund.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { idSourceOf } from '../world/gateway-world.ts'

const database = sharedDatabase()
const MINUTE_MS = 60_000
let stack: MoneyStack
let shop: AccountShop
let location: string

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
  shop = await openAccountShop(database(), stack)
  location = stack.device.row.location
  later()
})

afterEach(async () => {
  try {
    expect(await netOfAll()).toBe(await netOfRows())
    expect(stack.gateway.errors).toEqual([])
  } finally {
    await stack.close()
    await shop.close()
  }
})

/** What is sold from now on is sold a minute after what was sold before. */
function later(): void {
  stack.gateway.clock.advance(MINUTE_MS)
  stack.leap(MINUTE_MS)
}

async function report(): Promise<DayReport> {
  later()
  const read = await shop.account.days.report(location)
  if (!read.ok) throw new Error('was read')
  return read.value.report
}

async function close(number: number): Promise<DayReport> {
  later()
  const closed = await shop.account.days.close(location, { number, by: 'Ada' })
  if (!closed.ok) throw new Error(`was closed: ${closed.error?.code ?? ''}`)
  return closed.value.report
}

/** The last one is the day that runs. */
async function everyReport(): Promise<DayReport[]> {
  const running = await report()
  const reports = [running]
  for (let number = 1; number < running.number; number += 1) {
    const read = await shop.account.days.closed(location, number)
    if (read.ok) reports.push(read.value.report)
  }
  return reports
}

async function netOfAll(): Promise<number> {
  const sums = (await everyReport()).flatMap(({ totals, adjusted }) => [...totals, ...adjusted])
  return sums.reduce((sum, { netMinor }) => sum + netMinor, 0)
}

async function netOfRows(): Promise<number> {
  const { rows } = await database().pool.query<{ net: number }>(
    `select (select coalesce(sum(amount_minor), 0) from captures where state <> 'canceled')::integer
       - (select coalesce(sum(amount_minor), 0) from refunds where status = 'succeeded')::integer as net`,
  )
  return rows[0]?.net ?? Number.NaN
}

const reaches = (sale: TestSale, status: string) =>
  stack.until(async () => (await stack.status(sale)) === status)
const taken = (sale: TestSale) =>
  stack.until(async () => {
    const { rowCount } = await database().pool.query('select from captures where payment = $1', [
      sale.paymentId,
    ])
    return rowCount === 1
  })

async function paid(amountMinor: number): Promise<TestSale> {
  const sale = await stack.sell(saleOf('automatic', amountMinor))
  await taken(sale)
  return sale
}

const refund = (sale: TestSale, amountMinor: number) =>
  transaction(database().pool, (tx) =>
    requestRefund(
      tx,
      {
        ...accountOf(sale),
        mode: 'test',
        refundId: null,
        amountMinor,
        reason: null,
        metadata: {},
        requestedBy: 'merchant',
        operator: null,
        approver: null,
      },
      idSourceOf(stack.world),
    ),
  )

test('MC4: what no bank has decided stands apart in X and Z, and what becomes of it is reported by the next close', async () => {
  await paid(1_250)
  await stack.stop()
  const declined = await stack.sell(saleOf('automatic', 900))
  later()
  const approved = await stack.sell(saleOf('automatic', 700))
  const day = {
    number: 1,
    totals: [
      {
        currency: 'eur',
        sales: { count: 1, amountMinor: 1_250 },
        netMinor: 1_250,
        pending: { count: 2, amountMinor: 1_600 },
        declined: { count: 0, amountMinor: 0 },
      },
    ],
    adjustments: [],
  }
  expect(await report()).toMatchObject({ ...day, closed: null })
  const first = await close(1)
  expect(first).toMatchObject({ ...day, closed: { by: 'Ada' } })
  expect(first.pending.map(({ payment }) => payment)).toEqual([declined.paymentId, approved.paymentId])

  await stack.script({ match: { amountMinor: 900 }, do: { responseCode: '05' } })
  await stack.restart()
  await reaches(declined, 'declined')
  await taken(approved)
  const second = await close(2)
  expect(second).toMatchObject({
    totals: [],
    adjustments: [
      {
        id: declined.paymentId,
        was: { number: 1, state: 'pending', amountMinor: 900 },
        now: { state: 'declined' },
      },
      {
        id: approved.paymentId,
        was: { number: 1, state: 'pending' },
        now: { state: 'paid', amountMinor: 700 },
      },
    ],
    adjusted: [{ currency: 'eur', netMinor: 700 }],
  })
  expect(await shop.account.days.closed(location, 1)).toMatchObject({ value: { report: first } })
  expect(await report()).toMatchObject({ number: 3, totals: [], adjustments: [] })
  expect(await shop.account.days.closes(location)).toMatchObject({
    value: { closes: [{ number: 2, by: 'Ada' }, { number: 1 }], next: null },
  })
})

test('MC4: a sale that arrives after the close of its day is reported by the next one, whatever it is by then', async () => {
  await paid(1_000)
  const { gateway, device } = stack
  const late = device.newSale({ amountMinor: 300, captureMethod: 'automatic' })
  const records = [await device.opened(late), await device.stored(late, await device.read(late))]
  expect(await close(1)).toMatchObject({ totals: [{ sales: { count: 1 }, pending: { count: 0 } }] })
  await gateway.send(device, records)
  await taken(late)
  expect(await close(2)).toMatchObject({
    totals: [],
    adjustments: [{ id: late.paymentId, was: null, now: { state: 'paid', amountMinor: 300 } }],
    adjusted: [{ netMinor: 300 }],
  })
})

test('MC4: refunds lower the day on which they were made, and what waits for its capture is no sale yet', async () => {
  const sale = await paid(1_000)
  const held = await stack.sell(saleOf('manual', 2_000))
  await reaches(held, 'requires_capture')
  await refund(sale, 400)
  await stack.until(async () => {
    const { rowCount } = await database().pool.query(`select from refunds where status = 'succeeded'`)
    return rowCount === 1
  })
  expect(await close(1)).toMatchObject({
    totals: [
      {
        sales: { count: 1, amountMinor: 1_000 },
        refunds: { count: 1, amountMinor: 400 },
        netMinor: 600,
        held: { count: 1, amountMinor: 2_000 },
      },
    ],
  })
  await transaction(database().pool, (tx) =>
    capturePayment(tx, stack.world, accountOf(held), { amountMinor: 1_500 }),
  )
  await taken(held)
  expect(await close(2)).toMatchObject({
    adjustments: [{ was: { state: 'held', amountMinor: 2_000 }, now: { state: 'paid', amountMinor: 1_500 } }],
    adjusted: [{ netMinor: 1_500 }],
  })
})

test('a capture that the acquirer never takes was no sale, as the close after its giving up says', async () => {
  const held = await stack.sell(saleOf('manual', 2_000))
  await reaches(held, 'requires_capture')
  await stack.script({ match: { message: 'advice' }, do: { responseCode: '12' } })
  await transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(held), {}))
  const stuck = async () => {
    const { rows } = await database().pool.query<{ presentment: string }>(
      `select presentment from presentments where state = 'needs_attention'`,
    )
    return rows[0]?.presentment ?? null
  }
  await stack.until(async () => {
    stack.leap(10_000)
    return (await stuck()) !== null
  })
  expect(await close(1)).toMatchObject({ totals: [{ sales: { count: 1, amountMinor: 2_000 } }] })
  const presentment = (await stuck()) ?? ''
  await transaction(database().pool, (tx) => giveUpPresentment(tx, presentment, idSourceOf(stack.world)))
  expect(await close(2)).toMatchObject({
    adjustments: [{ was: { state: 'paid', amountMinor: 2_000 }, now: { state: 'canceled', amountMinor: 0 } }],
    adjusted: [{ netMinor: -2_000 }],
  })
})

test('a day is closed once, whoever asks how often, and another number or a moment that does not fit closes none', async () => {
  await paid(500)
  later()
  const twice = await Promise.all(
    ['Ada', 'Grace'].map((by) => shop.account.days.close(location, { number: 1, by })),
  )
  const [one, other] = twice.map((answer) => (answer.ok ? answer.value.report : null))
  expect(one).not.toBeNull()
  expect(other).toEqual(one)
  expect((await report()).number).toBe(2)

  const { days } = shop.account
  const nowMs = stack.gateway.clock.wallMs()
  expect(await days.close(location, { number: 3, by: 'Ada' })).toMatchObject({
    status: 409,
    error: { code: 'day_close_other_number', param: 'number' },
  })
  expect(await days.close(location, { number: 2, by: 'Ada', untilMs: nowMs - 10 * MINUTE_MS })).toMatchObject(
    {
      status: 409,
      error: { code: 'day_closed_later', param: 'untilMs' },
    },
  )
  expect(await days.close(location, { number: 2, by: 'Ada', untilMs: nowMs + 1 })).toMatchObject({
    status: 422,
    error: { code: 'day_not_over', param: 'untilMs' },
  })
  expect((await report()).number).toBe(2)
})

test('a day can be closed as of a moment that is past; what was sold since is of the next one', async () => {
  await paid(500)
  later()
  const untilMs = stack.gateway.clock.wallMs()
  await paid(800)
  later()
  const { days } = shop.account
  expect(await days.close(location, { number: 1, by: 'Ada', untilMs })).toMatchObject({
    value: { report: { untilMs, totals: [{ netMinor: 500 }] } },
  })
  expect(await close(2)).toMatchObject({ fromMs: untilMs, totals: [{ netMinor: 800 }], adjustments: [] })
})

test('the other mode has days of its own, and nobody’s location has none', async () => {
  await paid(500)
  await close(1)
  const live = shop.clientOf(accountKeys.live)
  expect(await live.days.report(location)).toMatchObject({ value: { report: { number: 1, totals: [] } } })
  const notFound = { ok: false, status: 404, error: { code: 'not_found' } }
  expect(await live.days.closed(location, 1)).toMatchObject(notFound)
  expect(await shop.account.days.report(`loc_${'0'.repeat(24)}`)).toMatchObject(notFound)
  expect(await shop.account.days.close(`loc_${'0'.repeat(24)}`, { number: 1, by: 'Ada' })).toMatchObject(
    notFound,
  )
})

test('tills whose sales have not arrived are named before the day is closed', async () => {
  const { gateway, device } = stack
  const sale = device.newSale()
  const opened = await device.opened(sale)
  await device.stored(sale, await device.read(sale))
  await gateway.send(device, [opened])
  expect(await shop.account.days.report(location)).toMatchObject({
    value: { behind: [{ device: device.row.deviceId, missing: 1, silentSinceMs: null }] },
  })
})

test('a till that is not in contact is named too: nobody knows what it has sold', async () => {
  const { row } = stack.device
  await database().pool.query(
    `insert into device_presence (account, device, state, since_ms) values ($1, $2, 'offline', 7)`,
    [row.account, row.deviceId],
  )
  expect(await shop.account.days.report(location)).toMatchObject({
    value: { behind: [{ device: row.deviceId, missing: 0, silentSinceMs: 7 }] },
  })
})
