import { expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { openMoneyShop, SALE_MS } from '../test-support/money-shop.ts'
import { LINK, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { lateEventOf, untoldLatePresentments } from './late-presentments.ts'

const database = sharedDatabase()
const nowMs = SALE_MS + 1_000_000

test('MC5: however many stay late, each of them is told of, some at a time', async () => {
  const { pool } = database()
  await openMoneyShop(pool)
  await insertPayments(pool, { first: 1, count: 5 })
  await pool.query(`update payments set status = 'requires_capture', capture_method = 'manual'`)
  const told: string[] = []
  for (let looks = 0; looks < 3; looks += 1)
    await transaction(pool, async (tx) => {
      const terms = { link: LINK, nowMs, captureWithinMs: 1_000 }
      const late = await untoldLatePresentments(tx, terms, { limit: 2 })
      for (const one of late) await recordEvent(tx, lateEventOf(one, nowMs))
      told.push(...late.map(({ object }) => object))
    })
  expect(told.toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => sampleId('pi', n)))
})
