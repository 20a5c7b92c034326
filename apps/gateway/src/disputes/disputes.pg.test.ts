import type { DisputeEvent, IdSource } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { readBalances } from '../ledger/balance.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { requestRefund } from '../refunds/request-refund.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { findDisputes } from './dispute.ts'
import { importChargebacks } from './import-chargebacks.ts'
import { changeEvidence, closeOverdueDisputes, moveDispute } from './move-dispute.ts'

const scope = { account: ACCOUNT, mode: 'test' } as const
const DAY_MS = 86_400_000
const database = sharedDatabase()
let nowMs: number
const ids: IdSource = { wallMs: () => nowMs, randomBytes: (length) => nodeCrypto.randomBytes(length) }

/** Payments 5000 and 5001, of as many cents, captured; the dispute's fee is 15.00. */
beforeEach(async () => {
  nowMs = SALE_MS + DAY_MS
  await openMoneyShop(database().pool, { holdDays: 0 })
  await insertPayments(database().pool, { first: 5_000, count: 2 })
  for (const n of [5_000, 5_001]) await postedCapture(database().pool, n, { grossMinor: n })
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

test('ST1: a chargeback opens one dispute, holds the money with the fee, and tells the merchant', async () => {
  const before = await available()
  expect(await importChargebacks(database().pool, [chargeback()], ids)).toEqual({
    opened: 1,
    moved: 0,
    repeated: 0,
    unmatched: 0,
  })
  expect(await importChargebacks(database().pool, [chargeback()], ids)).toMatchObject({
    opened: 0,
    repeated: 1,
  })
  expect(await available()).toBe(before - 5_000 - 1_500)
  expect(await theDispute()).toMatchObject({
    paymentId: sampleId('pi', 5_000),
    reason: 'fraudulent',
    reasonCode: '10.4',
    state: { status: 'needs_response', dueMs: nowMs + 18 * DAY_MS, round: 1 },
  })
  expect(await disputeEvents()).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
})

test('ST1: the evidence is prefilled from the record that the device signed, and holds no card number', async () => {
  await importChargebacks(database().pool, [chargeback()], ids)
  const { evidence } = await theDispute()
  expect(evidence['service_date']).toBe('2027-01-15')
  const text = evidence['uncategorized_text'] ?? ''
  expect(text).toContain('Card: visa ending in 4242, read by contact, holder verified by offline_pin')
  expect(text).toContain('Taken without a connection (deferred)')
  expect(text).toContain('approval 123456, response 00')
  expect(text).toMatch(/Record 5000 of the device's journal, SHA-256 [0-9a-f]{64}:\n\{"v":1/)
  expect(text).not.toContain('42424242')
})

test('ST1: what is won is credited by itself; the fee stays', async () => {
  const before = await available()
  await importChargebacks(database().pool, [chargeback()], ids)
  expect(await move({ type: 'submitted', atMs: nowMs })).toMatchObject({ ok: true })
  expect(await move({ type: 'won', atMs: nowMs })).toMatchObject({ dispute: { state: { status: 'won' } } })
  await move({ type: 'won', atMs: nowMs })
  expect(await available()).toBe(before - 1_500)
  expect((await disputeEvents()).slice(-2)).toEqual([
    'charge.dispute.funds_reinstated',
    'charge.dispute.closed',
  ])
})

test('what was won can be contested once more, without a second fee', async () => {
  const before = await available()
  await importChargebacks(database().pool, [chargeback()], ids)
  await move({ type: 'won', atMs: nowMs })
  await move({ type: 'charged_back', dueMs: nowMs + DAY_MS })
  expect(await available()).toBe(before - 5_000 - 1_500)
  await move({ type: 'lost', atMs: nowMs })
  expect(await available()).toBe(before - 5_000 - 1_500)
  expect(await held()).toBe(0)
})

test('ST1: nobody answers in time: it is lost, and nothing can be answered any more', async () => {
  await importChargebacks(database().pool, [chargeback({ amountMinor: 700 })], ids)
  expect(await sweep()).toBe(0)
  nowMs += 18 * DAY_MS + 1
  const late = await transaction(database().pool, async (tx) => {
    const [dispute] = await findDisputes(tx, scope, [(await theDispute()).disputeId])
    return changeEvidence(
      tx,
      { ...scope, disputeId: dispute?.disputeId ?? '' },
      { customer_name: 'Ada' },
      nowMs,
    )
  })
  expect(late).toEqual({ ok: false, refusal: 'dispute_deadline_over' })
  expect(await sweep()).toBe(1)
  expect(await theDispute()).toMatchObject({ amountMinor: 700, state: { status: 'lost' } })
  expect(await move({ type: 'submitted', atMs: nowMs })).toEqual({ ok: false, refusal: 'dispute_not_open' })
  expect(await held()).toBe(0)
})

test('a disputed payment is not refunded as well', async () => {
  await importChargebacks(database().pool, [chargeback()], ids)
  expect(await refund(5_000)).toEqual({ ok: false, refusal: 'charge_disputed' })
  expect(await refund(5_001)).toMatchObject({ ok: true })
  await move({ type: 'won', atMs: nowMs })
  expect(await refund(5_000)).toMatchObject({ ok: true })
})

test('bad lines of the acquirer’s list are kept for a human, and the others count', async () => {
  const lines = [
    null,
    { id: 'cb_1', terminal: 'HF000001' },
    chargeback({ id: 'cb_2', rrn: 'NOSUCHRRN000' }),
    chargeback({ id: 'cb_3', currency: '840' }),
    chargeback({ id: 'cb_4' }),
  ]
  expect(await importChargebacks(database().pool, lines, ids)).toEqual({
    opened: 1,
    moved: 0,
    repeated: 0,
    unmatched: 4,
  })
  const { rows } = await database().pool.query('select chargeback, why from unmatched_chargebacks order by 1')
  expect(rows).toEqual([
    { chargeback: 'cb_1', why: 'malformed' },
    { chargeback: 'cb_2', why: 'no_payment' },
    { chargeback: 'cb_3', why: 'no_payment' },
    { chargeback: 'null', why: 'malformed' },
  ])
})

function chargeback(changes: object = {}) {
  return {
    id: 'cb_0001',
    terminal: 'HF000001',
    rrn: '000000005000',
    amountMinor: 5_000,
    currency: '978',
    reason: '10.4',
    atMs: nowMs,
    ...changes,
  }
}

async function theDispute() {
  const { rows } = await database().pool.query<{ dispute: string }>('select dispute from disputes')
  const [dispute] = await findDisputes(database().pool, scope, [rows[0]?.dispute ?? ''])
  if (dispute === undefined) throw new Error('there is a dispute')
  return dispute
}

async function move(event: DisputeEvent) {
  const { disputeId } = await theDispute()
  return transaction(database().pool, (tx) => moveDispute(tx, { ...scope, disputeId }, event, nowMs, ids))
}

function sweep(): Promise<number> {
  return transaction(database().pool, (tx) => closeOverdueDisputes(tx, nowMs, ids))
}

function refund(n: number) {
  const wanted = {
    ...scope,
    paymentId: sampleId('pi', n),
    refundId: null,
    amountMinor: 1,
    reason: null,
    requestedBy: 'merchant',
    operator: null,
    approver: null,
    metadata: {},
  } as const
  return transaction(database().pool, (tx) => requestRefund(tx, wanted, ids))
}

async function available(): Promise<number> {
  const [balance] = await readBalances(database().pool, scope, nowMs)
  return balance?.availableMinor ?? 0
}

async function held(): Promise<number> {
  const { rows } = await database().pool.query<{ minor: number }>(
    `select coalesce(sum(amount_minor), 0)::float8 as minor from ledger_lines where ledger_account = 'dispute_hold'`,
  )
  return rows[0]?.minor ?? Number.NaN
}

async function disputeEvents(): Promise<string[]> {
  const { rows } = await database().pool.query<{ type: string }>(
    `select type from events where type like 'charge.dispute%' order by position`,
  )
  return rows.map(({ type }) => type)
}
