import type { IdSource } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { beforeEach, expect, test } from 'vitest'
import { importChargebacks } from '../disputes/import-chargebacks.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { openMoneyShop, postedCapture } from '../test-support/money-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { keepHouse } from './housekeeping.ts'

const DAY_MS = 86_400_000
const database = sharedDatabase()
const log = { info: () => undefined, error: () => undefined }
const randomBytes = (length: number) => nodeCrypto.randomBytes(length)
let clock: ManualClock

/** Payments 5000 to 5002, captured; the second one is contested. */
beforeEach(async () => {
  const { pool } = database()
  clock = createManualClock()
  await openMoneyShop(pool)
  await insertPayments(pool, { first: 5_000, count: 3 })
  for (const n of [5_000, 5_001, 5_002]) await postedCapture(pool, n, { grossMinor: n })
})

test('P9: numbers are shredded when no refund and no dispute can need them any more, and not before', async () => {
  advanceTo(1_800_000_000_000 + 547 * DAY_MS)
  expect(await keep()).toBe(0)
  expect(await vaulted()).toBe(3)
  await contest()
  clock.advance(2 * DAY_MS)
  expect(await keep()).toBe(2)
  expect(await vaulted()).toBe(1)
})

test('ST1: a dispute that nobody answers is lost when its deadline is over, and then its number goes too', async () => {
  advanceTo(1_800_000_000_000 + 549 * DAY_MS)
  await contest()
  expect(await keep()).toBe(2)
  clock.advance(19 * DAY_MS)
  expect(await keep()).toBe(2)
  expect(await vaulted()).toBe(0)
  const { rows } = await database().pool.query('select status from disputes')
  expect(rows).toEqual([{ status: 'lost' }])
  expect(await keep()).toBe(0)
})

function keep(): Promise<number> {
  return keepHouse({ pool: database().pool, clock, randomBytes, log })
}

async function contest(): Promise<void> {
  const ids: IdSource = { wallMs: () => clock.wallMs(), randomBytes }
  const chargeback = {
    id: 'cb_1',
    terminal: 'HF000001',
    rrn: '000000005001',
    amountMinor: 1,
    currency: '978',
    reason: '10.4',
  }
  expect(await importChargebacks(database().pool, [chargeback], ids)).toMatchObject({ opened: 1 })
}

function advanceTo(ms: number): void {
  clock.advance(ms - clock.wallMs())
}

async function vaulted(): Promise<number> {
  const { rowCount } = await database().pool.query('select 1 from attempts where vault is not null')
  return rowCount ?? 0
}
