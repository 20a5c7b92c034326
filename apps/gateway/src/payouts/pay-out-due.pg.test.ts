import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { setFunding } from '../ledger/money-terms.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { setBankAccount } from './bank-accounts.ts'
import { payOutDue } from './pay-out-due.ts'
import { type PayoutSchedule, setPayoutSchedule } from './payout-schedule.ts'

const DAY_MS = 86_400_000
const daily: PayoutSchedule = { every: 'day', atMin: 6 * 60, timeZone: 'Europe/Paris' }
const database = sharedDatabase()
let clock: ManualClock
let errors: object[]

beforeEach(async () => {
  const { pool } = database()
  clock = createManualClock(SALE_MS)
  errors = []
  await openMoneyShop(pool, { holdDays: 2 })
  const bank = { holder: 'Cafe', iban: 'FR7630006000011234567890189', bic: null }
  await transaction(pool, (tx) => setBankAccount(tx, ACCOUNT, 'eur', bank))
  await transaction(pool, (tx) => setPayoutSchedule(tx, ACCOUNT, daily, clock.wallMs()))
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

const payOut = () =>
  payOutDue({
    pool: database().pool,
    clock,
    randomBytes: (length) => nodeCrypto.randomBytes(length),
    log: { info: () => undefined, error: (fields) => void errors.push(fields) },
  })

test('ST16: by its schedule what is over its hold is paid out, and what is not waits for the next day', async () => {
  await postedCapture(database().pool, 1)
  clock.advance(DAY_MS)
  await postedCapture(database().pool, 2, { atMs: clock.wallMs() })
  expect(await payOut()).toEqual([])
  clock.advance(DAY_MS)
  expect(await payOut()).toMatchObject([
    { amountMinor: 4_905, automatic: true, state: { status: 'pending' } },
  ])
  expect(await payOut()).toEqual([])
  clock.advance(DAY_MS)
  expect(await payOut()).toMatchObject([{ amountMinor: 4_905 }])
})

test('two workers at once and one that was killed make one payout', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  clock.advance(30 * DAY_MS)
  // Killed with its connection, before COMMIT.
  const dying = await pool.connect()
  await dying.query('begin')
  await dying.query('select from payout_schedules for update')
  expect(await payOut()).toEqual([])
  dying.release(new Error('killed'))
  const all = await Promise.all([payOut(), payOut(), payOut()])
  expect(all.flat()).toHaveLength(1)
  expect(errors).toEqual([])
})

test('without a bank account, or paid by the acquirer, it stays in the balance and fails nothing', async () => {
  const { pool } = database()
  await postedCapture(pool, 1, { currency: 'usd' })
  clock.advance(3 * DAY_MS)
  expect(await payOut()).toEqual([])
  await postedCapture(pool, 2)
  await transaction(pool, (tx) => setFunding(tx, ACCOUNT, { funding: 'direct', holdDays: 0 }))
  clock.advance(3 * DAY_MS)
  expect(await payOut()).toEqual([])
  expect(errors).toEqual([])
})

test('without a schedule nothing is paid out by itself', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  await transaction(pool, (tx) => setPayoutSchedule(tx, ACCOUNT, null, clock.wallMs()))
  clock.advance(30 * DAY_MS)
  expect(await payOut()).toEqual([])
})
