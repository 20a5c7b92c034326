import type { IdSource } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { readBalances } from '../ledger/balance.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { moveRefund } from './move-refund.ts'
import { findRefund } from './refund.ts'
import { requestRefund, type WantedRefund } from './request-refund.ts'
import {
  requestUnlinkedRefund,
  setUnlinkedRefundLimit,
  type WantedUnlinkedRefund,
} from './request-unlinked-refund.ts'
import { failWaitingRefunds } from './settle-waiting.ts'

const scope = { account: ACCOUNT, mode: 'test' } as const
let nowMs = SALE_MS
/** Later each time it is looked at. */
const ids: IdSource = {
  wallMs: () => (nowMs += 1),
  randomBytes: (length) => nodeCrypto.randomBytes(length),
}
const database = sharedDatabase()

/** Payments 1000 to 1003, of as many cents each, approved. */
beforeEach(async () => {
  await openMoneyShop(database().pool, { holdDays: 0 })
  await insertPayments(database().pool, { first: 1_000, count: 4 })
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

test('a captured payment is refunded in parts until nothing is left', async () => {
  await capture(1_000)
  expect(await ask({ amountMinor: 400 })).toMatchObject({
    ok: true,
    refund: { amountMinor: 400, chargeId: sampleId('ch', 1_000), state: { status: 'submitted' } },
  })
  expect(await ask({ amountMinor: 601 })).toMatchObject({
    ok: false,
    refusal: 'refund_amount_above_capture',
    leftMinor: 600,
  })
  expect(await ask({})).toMatchObject({ ok: true, refund: { amountMinor: 600 } })
  expect(await ask({})).toEqual({ ok: false, refusal: 'charge_already_refunded' })
  expect(await available()).toBe(-39)
})

test('refunds of one payment at the same moment never exceed what was captured', async () => {
  await capture(1_000)
  const results = await Promise.all(Array.from({ length: 6 }, () => ask({ amountMinor: 300 })))
  expect(results.filter(({ ok }) => ok)).toHaveLength(3)
})

test('the database refuses more refunds than was captured, also from another program', async () => {
  await capture(1_000)
  const refund = await asked({ amountMinor: 400 })
  await expect(
    database().pool.query('update refunds set amount_minor = 1001 where refund = $1', [refund.refundId]),
  ).rejects.toMatchObject({ code: '23514' })
})

test('the same refund asked again by its device is the one that is there', async () => {
  await capture(1_000)
  const wanted = { refundId: sampleId('re', 1), amountMinor: 100, requestedBy: 'device' } as const
  const [first, second] = await Promise.all([ask(wanted), ask(wanted)])
  expect(second).toEqual(first)
  expect(await available()).toBe(1_000 - 39 - 100)
})

test('ST16: a refund that the acquirer accepts leaves its account even, one that it refuses comes back', async () => {
  await capture(1_000)
  const accepted = await asked({ amountMinor: 400 })
  await move(accepted.refundId, { type: 'accepted', atMs: SALE_MS + 2_000 })
  await move(accepted.refundId, { type: 'accepted', atMs: SALE_MS + 3_000 })
  const refused = await asked({ amountMinor: 600 })
  await move(refused.refundId, { type: 'refused', atMs: SALE_MS + 2_000 })
  expect(await findRefund(database().pool, refused)).toMatchObject({
    state: { status: 'failed', failureReason: 'refused' },
  })
  expect(await available()).toBe(1_000 - 39 - 400)
  expect(await ledger()).toEqual({ acquirer_receivable: 600, merchant_payable: -561, fees: -39 })
  expect(await ask({})).toMatchObject({ ok: true, refund: { amountMinor: 600 } })
})

test('a refund of a payment that nobody has decided waits, and goes out with its capture', async () => {
  const waiting = await asked({ amountMinor: 400 })
  expect(waiting.state).toEqual({ status: 'waiting_parent' })
  expect(await available()).toBe(0)
  await capture(1_000)
  expect(await findRefund(database().pool, waiting)).toMatchObject({ state: { status: 'submitted' } })
  expect(await available()).toBe(1_000 - 39 - 400)
})

test('what waits goes out as far as the capture reaches, oldest first', async () => {
  const first = await asked({ amountMinor: 600 })
  const second = await asked({ amountMinor: 400 })
  await capture(1_000, { grossMinor: 900 })
  expect(await findRefund(database().pool, first)).toMatchObject({ state: { status: 'submitted' } })
  expect(await findRefund(database().pool, second)).toMatchObject({
    state: { status: 'failed', submittedMs: null, failureReason: 'captured_less' },
  })
})

test('what waits for a payment that is declined fails, and no money moves', async () => {
  const waiting = await asked({})
  await database().pool.query(`update payments set status = 'declined' where payment = $1`, [
    sampleId('pi', 1_000),
  ])
  await transaction(database().pool, (tx) =>
    failWaitingRefunds(tx, { ...scope, paymentId: sampleId('pi', 1_000) }, ids),
  )
  expect(await findRefund(database().pool, waiting)).toMatchObject({
    state: { status: 'failed', failureReason: 'payment_not_captured' },
  })
  expect(await ask({})).toEqual({ ok: false, refusal: 'payment_not_refundable' })
  expect(await ledger()).toEqual({})
})

test('a capture and a refund that is asked for meanwhile miss each other in no order', async () => {
  for (const n of [1_000, 1_001, 1_002, 1_003]) {
    const [refund] = await Promise.all([asked({ paymentId: sampleId('pi', n) }), capture(n)])
    expect(await findRefund(database().pool, refund)).toMatchObject({ state: { status: 'submitted' } })
  }
})

test('only what waits can be called off', async () => {
  const waiting = await asked({ amountMinor: 1 })
  const cancel = { type: 'canceled', atMs: SALE_MS } as const
  expect(await move(waiting.refundId, cancel)).toMatchObject({ ok: true })
  await capture(1_000)
  const submitted = await asked({ amountMinor: 1 })
  expect(await move(submitted.refundId, cancel)).toEqual({ ok: false, refusal: 'refund_not_cancelable' })
})

test('a payment whose card was shredded, and one of another account or mode, are refused', async () => {
  await capture(1_000)
  expect(await ask({ mode: 'live' })).toEqual({ ok: false, refusal: 'resource_missing' })
  expect(await ask({ account: sampleId('acct', 2) })).toEqual({ ok: false, refusal: 'resource_missing' })
  await database().pool.query('update attempts set vault = null')
  expect(await ask({})).toEqual({ ok: false, refusal: 'refund_card_not_kept' })
})

test('MC7: a refund without its payment needs a supervisor, a reason and a limit, and keeps to it', async () => {
  const { pool } = database()
  expect(await askUnlinked({})).toEqual({ ok: false, refusal: 'refund_unlinked_not_allowed' })
  await transaction(pool, (tx) =>
    setUnlinkedRefundLimit(tx, ACCOUNT, 'eur', { perRefundMinor: 500, perDayMinor: 800 }),
  )
  expect(await askUnlinked({ approver: ' ' })).toEqual({ ok: false, refusal: 'refund_approver_required' })
  expect(await askUnlinked({ note: '' })).toEqual({ ok: false, refusal: 'refund_reason_required' })
  expect(await askUnlinked({ amountMinor: 501 })).toEqual({
    ok: false,
    refusal: 'refund_unlinked_above_limit',
  })
  const both = await Promise.all([askUnlinked({}), askUnlinked({})])
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  expect(await askUnlinked({ amountMinor: 300 })).toMatchObject({
    ok: true,
    refund: { paymentId: null, approver: 'Grace', note: 'bought in our other shop' },
  })
  expect(await available()).toBe(-800)
  const bare = `update refunds set approver = null where payment is null`
  await expect(pool.query(bare)).rejects.toThrow('its_supervisor')
})

function capture(n: number, changes: { grossMinor?: number } = {}) {
  return postedCapture(database().pool, n, { grossMinor: n, ...changes })
}

function ask(changes: Partial<WantedRefund>) {
  const wanted: WantedRefund = {
    ...scope,
    paymentId: sampleId('pi', 1_000),
    refundId: null,
    amountMinor: null,
    reason: null,
    requestedBy: 'merchant',
    operator: null,
    approver: null,
    metadata: {},
    ...changes,
  }
  return transaction(database().pool, (tx) => requestRefund(tx, wanted, ids))
}

async function asked(changes: Partial<WantedRefund>) {
  const result = await ask(changes)
  if (!result.ok) throw new Error(result.refusal)
  return result.refund
}

function askUnlinked(changes: Partial<WantedUnlinkedRefund>) {
  const wanted: WantedUnlinkedRefund = {
    ...scope,
    cardPaymentId: sampleId('pi', 1_001),
    currency: 'eur',
    amountMinor: 500,
    operator: 'Ada',
    approver: 'Grace',
    note: 'bought in our other shop',
    metadata: {},
    ...changes,
  }
  return transaction(database().pool, (tx) => requestUnlinkedRefund(tx, wanted, ids))
}

function move(refundId: string, event: Parameters<typeof moveRefund>[2]) {
  return transaction(database().pool, (tx) => moveRefund(tx, { ...scope, refundId }, event, ids))
}

async function available(): Promise<number> {
  const [balance] = await readBalances(database().pool, scope, SALE_MS + 10_000)
  return balance?.availableMinor ?? 0
}

async function ledger(): Promise<Record<string, number>> {
  const { rows } = await database().pool.query<{ ledger_account: string; minor: number }>(
    `select ledger_account, sum(amount_minor)::float8 as minor from ledger_lines
     group by 1 having sum(amount_minor) <> 0`,
  )
  return Object.fromEntries(rows.map((row) => [row.ledger_account, row.minor]))
}
