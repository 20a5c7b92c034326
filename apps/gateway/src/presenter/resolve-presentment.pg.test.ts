import type { IdSource } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { findRefund } from '../refunds/refund.ts'
import { requestRefund } from '../refunds/request-refund.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { findPresentment } from '../presentments/presentment-row.ts'
import { giveUpPresentment, retryPresentment } from './resolve-presentment.ts'

const database = sharedDatabase()
const scope = { account: ACCOUNT, mode: 'test' } as const
const NOW_MS = SALE_MS + 60_000
const ids: IdSource = { wallMs: () => NOW_MS, randomBytes: (length) => nodeCrypto.randomBytes(length) }

let refundId: string
let presentmentId: string

/** A refund of 4.00 of a captured payment of 10.00, on its way to the acquirer. */
beforeEach(async () => {
  const { pool } = database()
  await openMoneyShop(pool, { holdDays: 0 })
  await insertPayments(pool, { first: 1_000, count: 1 })
  await postedCapture(pool, 1_000, { grossMinor: 1_000 })
  const wanted = {
    ...scope,
    paymentId: sampleId('pi', 1_000),
    refundId: null,
    amountMinor: 400,
    reason: null,
    requestedBy: 'merchant',
    operator: null,
    approver: null,
    metadata: {},
  } as const
  const asked = await transaction(pool, (tx) => requestRefund(tx, wanted, ids))
  if (!asked.ok) throw new Error(asked.refusal)
  refundId = asked.refund.refundId
  presentmentId = `prs_${refundId.slice(3)}`
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

async function stick(columns = ''): Promise<void> {
  await database().pool.query(
    `update presentments set state = 'needs_attention', attention = 'outcome_lost', due_ms = null ${columns}
     where presentment = $1`,
    [presentmentId],
  )
}

const retry = () => transaction(database().pool, (tx) => retryPresentment(tx, presentmentId, ids))
const giveUp = () => transaction(database().pool, (tx) => giveUpPresentment(tx, presentmentId, ids))
const found = () => transaction(database().pool, (tx) => findPresentment(tx, presentmentId))

test('what waits for nobody is neither retried nor given up', async () => {
  expect(await retry()).toEqual({ ok: false, refusal: 'presentment_not_stuck' })
  expect(await giveUp()).toEqual({ ok: false, refusal: 'presentment_not_stuck' })
  presentmentId = 'prs_nobody'
  expect(await retry()).toEqual({ ok: false, refusal: 'presentment_missing' })
})

test('a refund that is retried before it ever left goes out for the first time, and its loss is no doubt any more', async () => {
  await database().pool.query('update settings set generation = 2')
  await stick()
  expect(await retry()).toMatchObject({ ok: true })
  expect(await found()).toMatchObject({ asOf: 2, presentment: { state: 'due', dueMs: NOW_MS } })
})

test('P2: a refund that had left is retried as the same message', async () => {
  await stick(`, stan = '000017', transmitted_ms = 5, send_before_ms = 9, repeats = 6`)
  expect(await retry()).toMatchObject({ ok: true })
  expect(await found()).toMatchObject({
    presentment: { state: 'unknown', sending: { stan: '000017', transmittedAtMs: 5, repeats: 0 } },
  })
})

test('what the batch presents is retried in the batch that is open now', async () => {
  await stick(`, message = 'upload'`)
  await retry()
  expect(await found()).toMatchObject({ batchId: expect.stringContaining('bat_') as string })
})

test('a refund that is given up fails, and the merchant has the money again', async () => {
  await stick()
  expect(await giveUp()).toMatchObject({ ok: true })
  expect(await findRefund(database().pool, { ...scope, refundId })).toMatchObject({
    state: { status: 'failed', failureReason: 'refused' },
  })
  expect(await giveUp()).toEqual({ ok: false, refusal: 'presentment_not_stuck' })
  const { rows } = await database().pool.query(
    `select coalesce(sum(amount_minor), 0)::integer as minor from ledger_lines where ledger_account = 'refunds'`,
  )
  expect(rows).toEqual([{ minor: 0 }])
})
