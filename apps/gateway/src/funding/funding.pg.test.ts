import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { setBankAccount } from '../payouts/bank-accounts.ts'
import { createPayout } from '../payouts/create-payout.ts'
import { listPayoutItems, payoutTotals } from '../payouts/payout-items.ts'
import { closedBatch } from '../test-support/closed-batch.ts'
import { fundingText, saleItem } from '../test-support/funding-text.ts'
import { createFundingWorld, FUNDING_SUM, type FundingWorld } from '../test-support/funding-world.ts'
import { openMoneyShop } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { applyFundingFile } from './apply-funding-file.ts'
import { keepFundingFile } from './keep-funding-file.ts'

const DAY_MS = 86_400_000
const database = sharedDatabase()
let world: FundingWorld

beforeEach(() => {
  world = createFundingWorld(database())
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

async function payouts() {
  const { rows } = await database().pool.query<{
    payout: string
    amount: string
    payer: string
    status: string
  }>('select payout, amount_minor as amount, payer, status from payouts order by created_ms, payout')
  return rows
}

const batchState = async (batch: string) =>
  (await world.one<{ state: string }>(`select state from batches where batch = '${batch}'`))?.state

test('ST16: direct: the acquirer pays a batch, and there is a paid payout with each payment in it', async () => {
  await openMoneyShop(database().pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(database().pool, { first: 5_000, count: 3 })
  expect(await world.balanceMinor()).toBe(15_003 - 3 * 95)
  await world.pay('F1', saleItem(5_000, 95), saleItem(5_001, 95), saleItem(5_002, 95))
  const [payout] = await payouts()
  expect(payout).toMatchObject({ amount: '14718', payer: 'acquirer', status: 'paid' })
  const items = await listPayoutItems(database().pool, {
    account: ACCOUNT,
    mode: 'test',
    payoutId: payout?.payout ?? '',
  })
  expect(items.map(({ payment }) => payment)).toEqual([5_000, 5_001, 5_002].map((n) => sampleId('pi', n)))
  expect(payoutTotals(items)).toMatchObject({ grossMinor: 15_003, feesMinor: 285, netMinor: 14_718 })
  expect(await world.balanceMinor()).toBe(0)
  expect(await batchState(batch)).toBe('funded')
  expect(await world.one(FUNDING_SUM)).toEqual({ funding: '14718', captured: '14718', open: '0' })
  expect(await world.differences()).toEqual([])
  const { rows } = await database().pool.query<{ type: string }>(
    `select type from events where object = 'payout' order by position`,
  )
  expect(rows.map(({ type }) => type)).toEqual([
    'payout.created',
    'payout.paid',
    'payout.reconciliation_completed',
  ])
})

test('ST16: facilitator: the acquirer pays us with fees of its own, and we pay out by ours', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { holdDays: 0 })
  const bank = { holder: 'Cafe', iban: 'FR7630006000011234567890189', bic: null }
  await transaction(pool, (tx) => setBankAccount(tx, ACCOUNT, 'eur', bank))
  const batch = await closedBatch(pool, { first: 5_000, count: 2 })
  const wanted = {
    account: ACCOUNT,
    mode: 'test',
    currency: 'eur',
    amountMinor: null,
    description: null,
  } as const
  // Paid out before the acquirer has paid: the hold is the operator's own.
  expect(await transaction(pool, (tx) => createPayout(tx, wanted, world.ids))).toMatchObject({ ok: true })
  await world.pay('F1', saleItem(5_000, 30), saleItem(5_001, 30))
  expect(await payouts()).toMatchObject([{ payer: 'own', amount: String(10_001 - 190) }])
  expect(await batchState(batch)).toBe('funded')
  expect(await world.one(FUNDING_SUM)).toEqual({ funding: '9941', captured: '9941', open: '0' })
  // What we keep: 1.90 of the merchant less 0.60 to the world.acquirer.
  expect(
    await world.one(`select sum(amount_minor) as kept from ledger_lines where ledger_account = 'fees'`),
  ).toEqual({
    kept: '-130',
  })
  expect(await world.differences()).toEqual([])
})

test('a file is applied once, told twice, by two workers at a time, and after one was killed in the middle', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(pool, { first: 5_000, count: 2 })
  const text = fundingText('F1', [saleItem(5_000, 95), saleItem(5_001, 95)])
  world.acquirer.tellFile('F1', text)
  const killed = transaction(pool, async (tx) => {
    await keepFundingFile(tx, { file: 'F1', body: text, nowMs: world.clock.wallMs() })
    const { rows } = await tx.query<{ file: string; sha256: string }>(
      'select file, sha256 from funding_files',
    )
    for (const key of rows) await applyFundingFile(tx, key, world.ids)
    throw new Error('killed')
  })
  await expect(killed).rejects.toThrow('killed')
  expect(await payouts()).toEqual([])
  await Promise.all([world.poll(), world.poll(), world.poll()])
  await world.poll()
  await pool.query('delete from acquirer_feeds')
  await world.poll()
  expect(await payouts()).toHaveLength(1)
  expect(await world.one('select count(*) from funding_files')).toEqual({ count: '1' })
})

test('what differs is named, waits in suspense, and stays named until somebody explains it', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 5 })
  await world.pay(
    'F1',
    saleItem(5_000, 95),
    saleItem(5_000, 95),
    saleItem(5_001, 95, 4_000),
    saleItem(5_002, 100),
    saleItem(700, 0),
  )
  const found = await world.differences()
  expect(
    found.map(({ what, where, expectedMinor, paidMinor }) => [what, where, expectedMinor, paidMinor]),
  ).toEqual([
    ['doubled', 'F1 2', 0, 4_905],
    ['other_amount', 'F1 3', 4_906, 3_905],
    ['other_fee', 'F1 4', 4_907, 4_902],
    ['unknown', 'F1 5', 0, 700],
    ['missing', batch, 4_908, 0],
    ['missing', batch, 4_909, 0],
  ])
  expect(found[0]?.payment).toBe(sampleId('pi', 5_000))
  expect(await batchState(batch)).toBe('closed')
  expect(
    await world.one(`select -sum(amount_minor) as minor from ledger_lines where ledger_account = 'suspense'`),
  ).toEqual({
    minor: String(4_905 - 1_001 - 5 + 700),
  })
  await world.pay('F2', saleItem(5_003, 95), saleItem(5_004, 95))
  expect(await batchState(batch)).toBe('funded')
  await pool.query(
    `update funding_items set explained_ms = 1, explained_by = 'Ada', explanation = 'asked' where difference is not null`,
  )
  expect(await world.differences()).toEqual([])
})

test('a damaged file is kept and named, nothing of it is applied, and the whole one takes its place', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 2 })
  const text = fundingText('F1', [saleItem(5_000, 95), saleItem(5_001, 95)])
  world.acquirer.tellFile('F1', text.slice(0, -40))
  world.acquirer.tellFile('F2', text)
  await world.poll()
  expect((await world.differences()).map(({ what, where, why }) => [what, where, why])).toEqual([
    ['file_set_aside', 'F1', 'file_unreadable'],
    ['file_set_aside', 'F2', 'file_name_differs'],
  ])
  expect(await payouts()).toEqual([])
  expect(await keepFundingFile(pool, { file: 'F1', body: text, nowMs: world.clock.wallMs() })).toBe('waiting')
  await world.poll()
  expect(await batchState(batch)).toBe('funded')
  const other = fundingText('F1', [saleItem(5_000, 95)])
  expect(await keepFundingFile(pool, { file: 'F1', body: other, nowMs: world.clock.wallMs() })).toBe(
    'set_aside',
  )
  await world.poll()
  expect(await payouts()).toHaveLength(1)
  expect(await world.one('select count(*) from funding_items')).toEqual({ count: '2' })
})

test('a file waits for the word of its batch and is named when that does not come; by hand it is applied all the same', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 1 })
  await pool.query(`update batches set state = 'reconciling', closed_ms = null, due_ms = 1`)
  await world.pay('F1', saleItem(5_000, 95))
  expect(await payouts()).toEqual([])
  expect(await world.differences()).toEqual([])
  world.clock.advance(2 * DAY_MS)
  expect(await world.differences()).toMatchObject([
    { what: 'file_waiting', where: 'F1', why: 'batch_not_closed' },
  ])
  await pool.query(`update batches set state = 'closed', closed_ms = 1, due_ms = null`)
  await world.poll()
  expect(await batchState(batch)).toBe('funded')

  await world.pay('F2', saleItem(6_000, 0, 6_000, '000002'))
  const key = await world.one<{ file: string; sha256: string }>(
    `select file, sha256 from funding_files where state = 'waiting'`,
  )
  expect(key?.file).toBe('F2')
  if (key === undefined) return
  expect(await transaction(pool, (tx) => applyFundingFile(tx, key, world.ids, { force: true }))).toEqual({
    state: 'applied',
    items: 1,
    differences: 1,
  })
})

test('a file that fails holds up no other, and is taken in once it no longer fails', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(pool, { first: 5_000, count: 2 })
  await pool.query(`alter table funding_items add constraint fault check (file <> 'F1')`)
  world.acquirer.tellFile('F1', fundingText('F1', [saleItem(5_000, 95)]))
  await world.pay('F2', saleItem(5_001, 95))
  expect(await payouts()).toMatchObject([{ amount: '4906' }])
  await pool.query('alter table funding_items drop constraint fault')
  await world.poll()
  expect(await payouts()).toHaveLength(2)
  expect(await world.differences()).toEqual([])
})

test('a batch that nobody pays is named after some days', async () => {
  await openMoneyShop(database().pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(database().pool, { first: 5_000, count: 1 })
  expect(await world.differences()).toEqual([])
  world.clock.advance(7 * DAY_MS)
  expect(await world.differences()).toMatchObject([
    { what: 'batch_unpaid', where: batch, expectedMinor: 5_000 },
  ])
})
