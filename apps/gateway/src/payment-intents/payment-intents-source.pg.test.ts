import { expect, test } from 'vitest'
import { openPool } from '../database/open-pool.ts'
import { readPage } from '../database/read-page.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { ACCOUNT, sampleDevice, sampleId } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { workOf } from '../test-support/work-of.ts'
import { paymentIntentsSource, searchablePaymentIntents } from './payment-intents-source.ts'

const database = sharedDatabase()
const scope = { account: ACCOUNT, mode: 'test' } as const
const firstPage = { limit: 10, fromMs: null, beforeMs: null, startingAfter: null, endingBefore: null }
const COUNT = 5_000

test.each([
  ['the newest page', firstPage, paymentIntentsSource(scope, {}), COUNT],
  [
    'a page from the middle',
    { ...firstPage, startingAfter: sampleId('pi', 2_500) },
    paymentIntentsSource(scope, {}),
    2_499,
  ],
  ['a search that finds much', firstPage, searchablePaymentIntents(scope), COUNT],
])('%s reads a page and not the years behind it', async (_what, page, source, newest) => {
  const { pool, url } = database()
  await seedDevice(pool, sampleDevice())
  await insertPayments(pool, { first: 1, count: COUNT })
  await pool.query('vacuum (analyze) payments, attempts')
  const one = openPool({ connectionString: url, connectionsMax: 1, log: () => undefined })
  await readPage(one, page, source)
  const before = await workOf(one)
  const listed = await readPage(one, page, source)
  const items = Array.from({ length: 10 }, (_, at) => sampleId('pi', newest - at))
  expect(listed).toEqual({ ok: true, items, hasMore: true })
  expect((await workOf(one)).blocks - before.blocks).toBeLessThan(80)
  await one.end()
})
