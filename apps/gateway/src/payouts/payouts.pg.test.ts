import { currencies, type IdSource, must } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { readBalances } from '../ledger/balance.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { openMoneyShop, postedCapture, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { setBankAccount } from './bank-accounts.ts'
import { createPayout, type NewPayout } from './create-payout.ts'
import { movePayout } from './move-payout.ts'
import { listPayoutItems, payoutCsv, payoutTotals } from './payout-items.ts'
import { findPayout, type Payout } from './payout.ts'
import { findTransferFile, makeTransferFile } from './transfer-file.ts'

const WEEK_MS = 7 * 86_400_000
const scope = { account: ACCOUNT, mode: 'test' } as const
const ours = { holder: 'Holdfast', iban: 'DE87123456781234567890', bic: null }

const database = sharedDatabase()
let nowMs: number
const ids: IdSource = { wallMs: () => nowMs, randomBytes: (length) => nodeCrypto.randomBytes(length) }

beforeEach(async () => {
  nowMs = SALE_MS
  await openMoneyShop(database().pool)
  await transaction(database().pool, (tx) =>
    setBankAccount(tx, ACCOUNT, 'eur', {
      holder: 'Café',
      iban: 'FR76 3000 6000 0112 3456 7890 189',
      bic: null,
    }),
  )
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

test('ST16: a sale is pending for its hold, then available, then in a payout less its fee', async () => {
  await postedCapture(database().pool, 1)
  expect(await balances()).toEqual([{ currency: 'eur', availableMinor: 0, pendingMinor: 4_905 }])
  expect(await create()).toEqual({ ok: false, refusal: 'balance_insufficient' })
  nowMs += WEEK_MS
  expect(await balances()).toEqual([{ currency: 'eur', availableMinor: 4_905, pendingMinor: 0 }])
  const payout = await created()
  expect(payout).toMatchObject({
    amountMinor: 4_905,
    state: { status: 'pending' },
    bank: { holder: 'Café', iban: 'FR7630006000011234567890189' },
  })
  expect(new Date(payout.arrivalMs).toISOString()).toBe('2027-01-25T00:00:00.000Z')
  expect(await balances()).toEqual([{ currency: 'eur', availableMinor: 0, pendingMinor: 0 }])
})

test('ST16: a payout is drilled down to each payment, and its CSV says the same', async () => {
  const { pool } = database()
  await postedCapture(pool, 1)
  await postedCapture(pool, 2, {
    grossMinor: 1_234,
    card: { brand: 'amex', entryMode: 'contact', location: 'l' },
  })
  nowMs += WEEK_MS
  const payout = await created()
  const items = await listPayoutItems(pool, payout)
  expect(items.map(({ payment, amount_minor, fee_minor }) => [payment, amount_minor, fee_minor])).toEqual([
    [sampleId('pi', 1), 5_000, 95],
    [sampleId('pi', 2), 1_234, 41],
  ])
  expect(payoutTotals(items)).toEqual({
    grossMinor: 6_234,
    refundsMinor: 0,
    disputesMinor: 0,
    otherMinor: 0,
    feesMinor: 136,
    netMinor: payout.amountMinor,
  })
  const csv = payoutCsv(payout, items).split('\r\n')
  expect(csv[1]).toBe(
    `2027-01-15T08:00:00.000Z,charge,${sampleId('pi', 1)},${sampleId('ch', 1)},,,50.00,0.95,49.05,eur`,
  )
  expect(csv[3]).toBe(`,total,,${payout.payoutId},,,62.34,1.36,60.98,eur`)
})

test('payouts at the same moment pay nothing twice', async () => {
  for (let n = 1; n <= 5; n += 1) await postedCapture(database().pool, n)
  nowMs += WEEK_MS
  const results = await Promise.all(Array.from({ length: 6 }, () => create()))
  expect(results.filter(({ ok }) => ok)).toHaveLength(1)
})

test('a payout of a named amount is counted by the next one of everything', async () => {
  for (let n = 1; n <= 2; n += 1) await postedCapture(database().pool, n)
  nowMs += WEEK_MS
  expect(await created({ amountMinor: 1_000 })).toMatchObject({ amountMinor: 1_000, automatic: false })
  expect(await create({ amountMinor: 8_811 })).toEqual({ ok: false, refusal: 'balance_insufficient' })
  const rest = await created()
  expect(rest.amountMinor).toBe(8_810)
  expect(payoutTotals(await listPayoutItems(database().pool, rest))).toMatchObject({
    grossMinor: 10_000,
    otherMinor: -1_000,
  })
})

test('what the bank sends back is in the balance again, once, and in the next payout', async () => {
  await postedCapture(database().pool, 1)
  nowMs += WEEK_MS
  const first = await created()
  await move(first, { type: 'sent', atMs: nowMs })
  await move(first, { type: 'paid', atMs: nowMs })
  const returned = { type: 'returned', atMs: nowMs + 1, failureCode: 'AC04' } as const
  nowMs += 1
  expect(await move(first, returned)).toMatchObject({ ok: true, payout: { state: { status: 'failed' } } })
  expect(await move(first, returned)).toMatchObject({ ok: true })
  expect(await balances()).toEqual([{ currency: 'eur', availableMinor: 4_905, pendingMinor: 0 }])
  const second = await created()
  expect(second.amountMinor).toBe(4_905)
  expect((await listPayoutItems(database().pool, second)).map((item) => item.reporting_category)).toEqual([
    'payout_reversal',
  ])
})

test('a payout that was called off before it left gives the money back; after that it is refused', async () => {
  await postedCapture(database().pool, 1)
  nowMs += WEEK_MS
  const first = await created()
  expect(await move(first, { type: 'canceled', atMs: nowMs })).toMatchObject({ ok: true })
  const second = await created()
  await move(second, { type: 'sent', atMs: nowMs })
  expect(await move(second, { type: 'canceled', atMs: nowMs })).toEqual({
    ok: false,
    refusal: 'payout_unexpected_state',
  })
  expect(await eventTypes()).toEqual([
    'payout.created',
    'payout.canceled',
    'payout.created',
    'payout.updated',
  ])
})

test('pending payouts leave in one pain.001 file with what the bank has to transfer, and in no second one', async () => {
  await postedCapture(database().pool, 1)
  nowMs += WEEK_MS
  const payout = await created()
  const make = () =>
    transaction(database().pool, (tx) => makeTransferFile(tx, { mode: 'test', from: ours, ids }))
  const files = (await Promise.all([make(), make()])).filter((file) => file !== null)
  expect(files).toHaveLength(1)
  const { file, xml } = must(files[0], 'one file was made')
  expect(xml).toContain('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09')
  expect(xml).toContain('<InstdAmt Ccy="EUR">49.05</InstdAmt>')
  expect(xml).toContain('<IBAN>FR7630006000011234567890189</IBAN>')
  expect(xml).toContain(`<EndToEndId>PO${payout.payoutId.slice(3)}</EndToEndId>`)
  expect(xml).toMatch(/<NbOfTxs>1<\/NbOfTxs>\s*<CtrlSum>49.05<\/CtrlSum>/)
  expect(await findPayout(database().pool, payout)).toMatchObject({ state: { status: 'in_transit' }, file })
  expect(await transaction(database().pool, (tx) => findTransferFile(tx, file))).toBe(xml)
  expect(await make()).toBeNull()
})

test('a bank account with a wrong check digit, and a payout without one, are refused', async () => {
  const set = (iban: string, bic: string | null = null) =>
    transaction(database().pool, (tx) => setBankAccount(tx, ACCOUNT, 'usd', { holder: 'Café', iban, bic }))
  expect(await set('FR7630006000011234567890188')).toBe('bank_account_invalid')
  expect(await set(ours.iban, 'WRONG')).toBe('bank_account_invalid')
  await postedCapture(database().pool, 1, { currency: 'usd' })
  nowMs += WEEK_MS
  expect(await create({ currency: 'usd' })).toEqual({ ok: false, refusal: 'bank_account_missing' })
  expect(await set(ours.iban)).toBe('set')
  expect(await create({ currency: 'usd' })).toMatchObject({ ok: true })
})

test('where the acquirer pays the merchant there is no payout of ours', async () => {
  await database().pool.query(`update funding_policies set funding = 'direct'`)
  expect(await create()).toEqual({ ok: false, refusal: 'payout_funded_by_acquirer' })
})

test('test and live, accounts and currencies are apart', async () => {
  await postedCapture(database().pool, 1)
  await postedCapture(database().pool, 2, { mode: 'live', grossMinor: 9_000 })
  nowMs += WEEK_MS
  expect((await created()).amountMinor).toBe(4_905)
  for (const currency of currencies.filter((other) => other !== 'eur').slice(0, 3))
    expect(await create({ currency })).toMatchObject({ ok: false })
  expect(await findPayout(database().pool, { ...(await created({ mode: 'live' })), mode: 'test' })).toBeNull()
})

function create(changes: Partial<NewPayout> = {}) {
  const wanted: NewPayout = { ...scope, currency: 'eur', amountMinor: null, description: null, ...changes }
  return transaction(database().pool, (tx) => createPayout(tx, wanted, ids))
}

async function created(changes: Partial<NewPayout> = {}): Promise<Payout> {
  const result = await create(changes)
  if (!result.ok) throw new Error(result.refusal)
  return result.payout
}

function move(payout: Payout, event: Parameters<typeof movePayout>[2]) {
  return transaction(database().pool, (tx) => movePayout(tx, payout, event, { ids }))
}

function balances() {
  return readBalances(database().pool, scope, nowMs)
}

async function eventTypes(): Promise<string[]> {
  const { rows } = await database().pool.query<{ type: string }>('select type from events order by position')
  return rows.map(({ type }) => type)
}
