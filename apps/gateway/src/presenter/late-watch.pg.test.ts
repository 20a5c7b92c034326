import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { readDatabaseFigures } from '../metrics/database-figures.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { openPresentments } from '../presentments/presentment-row.ts'

const database = sharedDatabase()
const { captureWithinMs } = hostCapture
let stack: MoneyStack

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
})
afterEach(() => stack.close())

async function told(): Promise<string[]> {
  const { rows } = await database().pool.query<{ type: string }>(
    `select type from events where type like '%\\_late' order by type`,
  )
  return rows.map(({ type }) => type)
}

async function counted(): Promise<readonly object[] | undefined> {
  const nowMs = stack.world.clock.wallMs()
  const asked = { link: stack.world.profile.link, nowMs, captureWithinMs }
  return (await readDatabaseFigures(database().pool, asked))?.late.toSorted((a, b) =>
    a.what < b.what ? -1 : 1,
  )
}

test('MC5: what nobody captured, and what the acquirer has not taken, is told once before its window is over, and counted', async () => {
  const sales = [
    await stack.sell(saleOf('manual', 1_000)),
    await stack.sell(saleOf('manual', 2_000)),
  ] as const
  for (const sale of sales) await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
  // The acquirer hears of nothing any more.
  await stack.script({ match: { message: 'advice' }, do: { drop: 'before' } })
  await transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(sales[0]), {}))
  stack.leap(captureWithinMs / 2)
  expect(await counted()).toEqual([])
  stack.leap(captureWithinMs / 4)
  await stack.until(async () => (await told()).length === 2)
  expect(await told()).toEqual(['charge.presentment_late', 'payment_intent.capture_late'])
  expect(await counted()).toEqual([
    { what: 'capture', count: 1 },
    { what: 'uncaptured', count: 1 },
  ])
  const open = await openPresentments(database().pool, { account: null, stuck: false, limit: 10 })
  expect(open).toMatchObject([{ late: true }])
  // Looked at again, nobody is told again; taken at last, it counts no more.
  stack.leap(120_000)
  await stack.clearScript()
  await stack.until(async () => (await counted())?.length === 1)
  expect(await told()).toHaveLength(2)
})
