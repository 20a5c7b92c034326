import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { requestIncrement } from '../increments/request-increment.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import type { Death } from '../test-support/presenting-worker.child.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { spawnPresentingWorker } from '../test-support/spawn-presenting-worker.ts'
import type { TestSale } from '../test-support/test-device.ts'

const database = sharedDatabase()
let stack: MoneyStack
let child: ChildProcess | null = null

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
})
afterEach(async () => {
  child?.kill('SIGKILL')
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

test.each<readonly [Death['at'], string, number]>([
  ['before sent is durable', 'due', 1_000],
  ['after sent is durable, before a byte', 'sent', 1_000],
  ['after the byte, before the answer', 'sent', 1_500],
  ['after the answer, before it is written', 'sent', 1_500],
  ['after it is written, before its COMMIT', 'sent', 1_500],
  ['after its COMMIT', 'approved', 1_500],
])('P2: killed -9 %s, more is held once, counted once, and captured', async (at, left, heldMinor) => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
  await stack.stop()
  await request(sale, 1_500)
  await dieAt({ at, of: 'increase' })
  expect(await states()).toEqual([left])
  // What has left a process that is dead arrives all the same.
  await stack.until(async () => (await stack.journal())[0]?.chargedMinor === heldMinor)
  stack.leap(10_000)
  await stack.restart()
  await stack.until(async () => (await states())[0] === 'approved')
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_500, increments: [{ reversed: false }] }])
  expect(
    await transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(sale), {})),
  ).toMatchObject({ ok: true, capture: { amountMinor: 1_500 } })
  await stack.until(async () => (await stack.journal())[0]?.completedMinor === 1_500)
})

async function request(sale: TestSale, totalMinor: number): Promise<void> {
  const { pool } = database()
  // Somebody owns the link, and the merchant waits for as long as this test takes.
  await pool.query(`update links set until_ms = 9000000000000, host_state = 'up', host_since_ms = 0`)
  const world = { ...stack.world, profile: { ...stack.world.profile, answerTimeoutMs: 600_000 } }
  const wanted = { ...accountOf(sale), mode: 'test' } as const
  const asked = await transaction(pool, (tx) =>
    requestIncrement(tx, world, wanted, { totalMinor, notes: {} }),
  )
  expect(asked).toMatchObject({ ok: true })
  await pool.query('update links set until_ms = 0')
}

async function states(): Promise<string[]> {
  const { rows } = await database().pool.query<{ state: string }>('select state from increments')
  return rows.map(({ state }) => state)
}

async function dieAt(death: Death): Promise<void> {
  child = spawnPresentingWorker(stack, database().url, death)
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
}
