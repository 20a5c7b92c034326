import { beforeEach, expect, test } from 'vitest'
import { publishEvents } from '../events/publish-events.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { valid } from '../test-support/stripe-schema.ts'
import { tellAvailable } from './tell-available.ts'

const database = sharedDatabase()
const WEEK_MS = 7 * 86_400_000

beforeEach(() => openMoneyShop(database().pool))

async function told() {
  const { rows } = await database().pool.query<{ mode: string; id: string; created_ms: number }>(
    `select mode, object_id as id, created_ms::float8 as created_ms from events where type = 'balance.available'
     order by created_ms, mode, object_id`,
  )
  return rows
}

async function tellAll(nowMs: number): Promise<void> {
  while ((await tellAvailable(database().pool, nowMs)) > 0) continue
}

test('ST16: when a hold is over the world hears of it once for each mode and currency, however often one looks', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  await postedCapture(pool, 2)
  await postedCapture(pool, 3, { mode: 'live', currency: 'usd' })
  await tellAll(SALE_MS)
  expect(await told()).toEqual([])
  const nowMs = SALE_MS + 2 * WEEK_MS
  await tellAll(nowMs)
  await tellAll(nowMs + 1)
  expect(await told()).toEqual([
    { mode: 'live', id: 'usd', created_ms: nowMs },
    { mode: 'test', id: 'eur', created_ms: nowMs },
  ])
})

test('many processes that look at once tell of one moment once; what comes later is a moment of its own', async () => {
  const { pool } = database()
  for (let n = 1; n <= 5; n += 1) await postedCapture(pool, n)
  const nowMs = SALE_MS + 2 * WEEK_MS
  await Promise.all(Array.from({ length: 6 }, () => tellAvailable(pool, nowMs)))
  expect(await told()).toHaveLength(1)
  await postedCapture(pool, 6, { atMs: SALE_MS + 1 })
  await tellAll(nowMs + 60_000)
  expect((await told()).map(({ created_ms }) => created_ms)).toEqual([nowMs, nowMs + 60_000])
})

test('where the second of two events cannot be written, the first is not told either and nothing is taken away', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  await postedCapture(pool, 2, { mode: 'live', currency: 'usd' })
  const nowMs = SALE_MS + 2 * WEEK_MS
  await pool.query(`alter table events add constraint no_test_balance
    check (type <> 'balance.available' or mode = 'live')`)
  try {
    await expect(tellAvailable(pool, nowMs)).rejects.toThrow('no_test_balance')
  } finally {
    await pool.query('alter table events drop constraint no_test_balance')
  }
  expect(await told()).toEqual([])
  await tellAll(nowMs)
  expect((await told()).map(({ id }) => id)).toEqual(['usd', 'eur'])
})

test('the event shows the balance as /v1/balance does', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  const nowMs = SALE_MS + 2 * WEEK_MS
  await tellAll(nowMs)
  const log = { info: () => undefined, error: () => undefined }
  const publishing = {
    pool,
    nowMs: () => nowMs,
    log,
    render: renderObjects,
    gatewayUrl: 'http://gateway.test',
  }
  while ((await publishEvents(publishing)) > 0) continue
  const { rows } = await pool.query<{ snapshot: object }>(
    `select snapshot from events where account = $1 and type = 'balance.available'`,
    [ACCOUNT],
  )
  const [event] = rows
  expect(valid('balance', event?.snapshot ?? {})).toEqual({
    object: 'balance',
    available: [{ amount: 4_905, currency: 'eur', source_types: { card: 4_905 } }],
    livemode: false,
    pending: [{ amount: 0, currency: 'eur', source_types: { card: 0 } }],
  })
})
