import { nodeCrypto } from '@holdfast/envelope/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { moveDispute } from '../disputes/move-dispute.ts'
import { readBalances } from '../ledger/balance.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { setBankAccount } from '../payouts/bank-accounts.ts'
import { createPayout } from '../payouts/create-payout.ts'
import { listPayoutItems, payoutTotals } from '../payouts/payout-items.ts'
import { closedBatch, rrnOf } from '../test-support/closed-batch.ts'
import { fundingText, saleItem } from '../test-support/funding-text.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { openMoneyShop, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, LINK, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createToldByAcquirer, type ToldByAcquirer } from '../test-support/told-by-acquirer.ts'
import { applyFundingFile } from './apply-funding-file.ts'
import { readFundingDifferences } from './funding-differences.ts'
import { keepFundingFile } from './keep-funding-file.ts'
import { type AcquirerPollDeps, pollAcquirer } from './poll-acquirer.ts'
import type { FundingItem } from './read-funding-file.ts'

const DAY_MS = 86_400_000
const database = sharedDatabase()
let clock: ManualClock
let acquirer: ToldByAcquirer

beforeEach(() => {
  clock = createManualClock(SALE_MS + DAY_MS)
  acquirer = createToldByAcquirer()
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

const deps = (): AcquirerPollDeps => ({
  pool: database().pool,
  clock,
  randomBytes: (length) => nodeCrypto.randomBytes(length),
  log: { info: () => undefined, error: () => undefined },
  files: acquirer.files,
  link: LINK,
})
const ids = () => ({ wallMs: () => clock.wallMs(), randomBytes: deps().randomBytes })
const poll = () => pollAcquirer(deps())

async function pay(file: string, ...items: readonly FundingItem[]): Promise<void> {
  acquirer.tellFile(file, fundingText(file, items))
  await poll()
}

const differences = () => readFundingDifferences(database().pool, clock.wallMs())

async function payouts() {
  const { rows } = await database().pool.query<{
    payout: string
    amount: string
    payer: string
    status: string
  }>('select payout, amount_minor as amount, payer, status from payouts order by created_ms, payout')
  return rows
}

async function balanceMinor(): Promise<number> {
  const [balance] = await readBalances(database().pool, { account: ACCOUNT, mode: 'test' }, clock.wallMs())
  return balance?.availableMinor ?? 0
}

async function one<Row>(sql: string): Promise<Row | undefined> {
  const { rows } = await database().pool.query<Row & object>(sql)
  return rows[0]
}

const batchState = async (batch: string) =>
  (await one<{ state: string }>(`select state from batches where batch = '${batch}'`))?.state

/** ST16: Σ funding = Σ captured − refunds − lost disputes − fees, where everything was paid for. */
const FUNDING_SUM = `
  select (select sum(amount_minor - fee_minor) from funding_items)::text as funding,
    ((select coalesce(sum(amount_minor), 0) from balance_transactions where type = 'charge')
      - (select coalesce(sum(amount_minor), 0) from refunds where status = 'succeeded')
      - (select coalesce(sum(amount_minor), 0) from disputes where status = 'lost')
      - (select coalesce(sum(fee_minor), 0) from funding_items))::text as captured,
    (select coalesce(sum(amount_minor), 0) from ledger_lines where ledger_account = 'acquirer_receivable')::text as open`

test('ST16: direct: the acquirer pays a batch, and there is a paid payout with each payment in it', async () => {
  await openMoneyShop(database().pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(database().pool, { first: 5_000, count: 3 })
  expect(await balanceMinor()).toBe(15_003 - 3 * 95)
  await pay('F1', saleItem(5_000, 95), saleItem(5_001, 95), saleItem(5_002, 95))
  const [payout] = await payouts()
  expect(payout).toMatchObject({ amount: '14718', payer: 'acquirer', status: 'paid' })
  const items = await listPayoutItems(database().pool, {
    account: ACCOUNT,
    mode: 'test',
    payoutId: payout?.payout ?? '',
  })
  expect(items.map(({ payment }) => payment)).toEqual([5_000, 5_001, 5_002].map((n) => sampleId('pi', n)))
  expect(payoutTotals(items)).toMatchObject({ grossMinor: 15_003, feesMinor: 285, netMinor: 14_718 })
  expect(await balanceMinor()).toBe(0)
  expect(await batchState(batch)).toBe('funded')
  expect(await one(FUNDING_SUM)).toEqual({ funding: '14718', captured: '14718', open: '0' })
  expect(await differences()).toEqual([])
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
  expect(await transaction(pool, (tx) => createPayout(tx, wanted, ids()))).toMatchObject({ ok: true })
  await pay('F1', saleItem(5_000, 30), saleItem(5_001, 30))
  expect(await payouts()).toMatchObject([{ payer: 'own', amount: String(10_001 - 190) }])
  expect(await batchState(batch)).toBe('funded')
  expect(await one(FUNDING_SUM)).toEqual({ funding: '9941', captured: '9941', open: '0' })
  // What we keep: 1.90 of the merchant less 0.60 to the acquirer.
  expect(
    await one(`select sum(amount_minor) as kept from ledger_lines where ledger_account = 'fees'`),
  ).toEqual({
    kept: '-130',
  })
  expect(await differences()).toEqual([])
})

test('a file is applied once, told twice, by two workers at a time, and after one was killed in the middle', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(pool, { first: 5_000, count: 2 })
  const text = fundingText('F1', [saleItem(5_000, 95), saleItem(5_001, 95)])
  acquirer.tellFile('F1', text)
  const killed = transaction(pool, async (tx) => {
    await keepFundingFile(tx, { file: 'F1', body: text, nowMs: clock.wallMs() })
    const { rows } = await tx.query<{ file: string; sha256: string }>(
      'select file, sha256 from funding_files',
    )
    for (const key of rows) await applyFundingFile(tx, key, ids())
    throw new Error('killed')
  })
  await expect(killed).rejects.toThrow('killed')
  expect(await payouts()).toEqual([])
  await Promise.all([poll(), poll(), poll()])
  await poll()
  await pool.query('delete from acquirer_feeds')
  await poll()
  expect(await payouts()).toHaveLength(1)
  expect(await one('select count(*) from funding_files')).toEqual({ count: '1' })
})

test('what differs is named, waits in suspense, and stays named until somebody explains it', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 5 })
  await pay(
    'F1',
    saleItem(5_000, 95),
    saleItem(5_000, 95),
    saleItem(5_001, 95, 4_000),
    saleItem(5_002, 100),
    saleItem(700, 0),
  )
  const found = await differences()
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
    await one(`select -sum(amount_minor) as minor from ledger_lines where ledger_account = 'suspense'`),
  ).toEqual({
    minor: String(4_905 - 1_001 - 5 + 700),
  })
  await pay('F2', saleItem(5_003, 95), saleItem(5_004, 95))
  expect(await batchState(batch)).toBe('funded')
  await pool.query(
    `update funding_items set explained_ms = 1, explained_by = 'Ada', explanation = 'asked' where difference is not null`,
  )
  expect(await differences()).toEqual([])
})

test('a damaged file is kept and named, nothing of it is applied, and the whole one takes its place', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 2 })
  const text = fundingText('F1', [saleItem(5_000, 95), saleItem(5_001, 95)])
  acquirer.tellFile('F1', text.slice(0, -40))
  acquirer.tellFile('F2', text)
  await poll()
  expect((await differences()).map(({ what, where, why }) => [what, where, why])).toEqual([
    ['file_set_aside', 'F1', 'file_unreadable'],
    ['file_set_aside', 'F2', 'file_name_differs'],
  ])
  expect(await payouts()).toEqual([])
  expect(await keepFundingFile(pool, { file: 'F1', body: text, nowMs: clock.wallMs() })).toBe('waiting')
  await poll()
  expect(await batchState(batch)).toBe('funded')
  const other = fundingText('F1', [saleItem(5_000, 95)])
  expect(await keepFundingFile(pool, { file: 'F1', body: other, nowMs: clock.wallMs() })).toBe('set_aside')
  await poll()
  expect(await payouts()).toHaveLength(1)
  expect(await one('select count(*) from funding_items')).toEqual({ count: '2' })
})

test('a file waits for the word of its batch and is named when that does not come; by hand it is applied all the same', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(pool, { first: 5_000, count: 1 })
  await pool.query(`update batches set state = 'reconciling', closed_ms = null, due_ms = 1`)
  await pay('F1', saleItem(5_000, 95))
  expect(await payouts()).toEqual([])
  expect(await differences()).toEqual([])
  clock.advance(2 * DAY_MS)
  expect(await differences()).toMatchObject([{ what: 'file_waiting', where: 'F1', why: 'batch_not_closed' }])
  await pool.query(`update batches set state = 'closed', closed_ms = 1, due_ms = null`)
  await poll()
  expect(await batchState(batch)).toBe('funded')

  await pay('F2', saleItem(6_000, 0, 6_000, '000002'))
  const key = await one<{ file: string; sha256: string }>(
    `select file, sha256 from funding_files where state = 'waiting'`,
  )
  expect(key?.file).toBe('F2')
  if (key === undefined) return
  expect(await transaction(pool, (tx) => applyFundingFile(tx, key, ids(), { force: true }))).toEqual({
    state: 'applied',
    items: 1,
    differences: 1,
  })
})

test('a batch that nobody pays is named after some days', async () => {
  await openMoneyShop(database().pool, { funding: 'direct', holdDays: 0 })
  const batch = await closedBatch(database().pool, { first: 5_000, count: 1 })
  expect(await differences()).toEqual([])
  clock.advance(7 * DAY_MS)
  expect(await differences()).toMatchObject([{ what: 'batch_unpaid', where: batch, expectedMinor: 5_000 }])
})

test.each(['direct', 'facilitator'] as const)(
  'ST1: %s: a chargeback of the feed opens a dispute, is taken off the next payment, and comes back when it is won',
  async (funding) => {
    const { pool } = database()
    await openMoneyShop(pool, { funding, holdDays: 0 })
    await closedBatch(pool, { first: 5_000, count: 3 })
    await pay('F1', saleItem(5_000, 95), saleItem(5_001, 95), saleItem(5_002, 95))
    const contested = { id: 'cb_1', terminal: 'HF000001', rrn: rrnOf(5_000), currency: '978', reason: '10.4' }
    acquirer.tellChargeback('inquiry', { ...contested, amountMinor: 5_000 })
    await poll()
    const state = async (chargeback: string) =>
      (await one<{ status: string }>(`select status from disputes where chargeback = '${chargeback}'`))
        ?.status
    expect(await state('cb_1')).toBe('inquiry')
    const chargebackItem = (
      id: string,
      n: number,
      round: 'chargeback' | 'chargeback_won',
      feeMinor: number,
    ) =>
      ({
        kind: round,
        chargeback: id,
        terminal: 'HF000001',
        rrn: rrnOf(n),
        amountMinor: round === 'chargeback' ? -n : n,
        feeMinor,
      }) as FundingItem

    acquirer.tellChargeback('chargeback', { ...contested, amountMinor: 5_000 })
    acquirer.tellChargeback('chargeback', {
      ...contested,
      id: 'cb_2',
      rrn: rrnOf(5_001),
      amountMinor: 5_001,
    })
    await poll()
    await poll()
    expect([await state('cb_1'), await state('cb_2')]).toEqual(['needs_response', 'needs_response'])
    await closedBatch(pool, { number: '000002', first: 30_000, count: 1 })
    await pay(
      'F2',
      chargebackItem('cb_1', 5_000, 'chargeback', 1_500),
      chargebackItem('cb_2', 5_001, 'chargeback', 1_500),
      saleItem(30_000, 445, 30_000, '000002'),
    )
    expect(await differences()).toEqual([])
    acquirer.tellChargeback('won', { ...contested, amountMinor: 5_000 })
    acquirer.tellChargeback('lost', { ...contested, id: 'cb_2', rrn: rrnOf(5_001), amountMinor: 5_001 })
    await poll()
    // Told again from the beginning, nothing is opened or taken a second time.
    await pool.query('delete from acquirer_feeds')
    await poll()
    expect([await state('cb_1'), await state('cb_2')]).toEqual(['won', 'lost'])
    await pay('F3', chargebackItem('cb_1', 5_000, 'chargeback_won', 0))
    expect(await differences()).toEqual([])
    const sums = await one<{ funding: string; captured: string; open: string }>(FUNDING_SUM)
    expect(sums?.funding).toBe(sums?.captured)
    expect(sums?.open).toBe('0')
    if (funding === 'direct') expect(await balanceMinor()).toBe(0)
  },
)

test('a chargeback whose payment is not back from its device waits, and is opened when it is', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  const line = {
    id: 'cb_1',
    terminal: 'HF000001',
    rrn: rrnOf(5_000),
    amountMinor: 5_000,
    currency: '978',
    reason: '10.4',
  }
  acquirer.tellChargeback('chargeback', line)
  acquirer.tellChargeback('won', line)
  await poll()
  expect(await one('select count(*) from unmatched_chargebacks')).toEqual({ count: '2' })
  await closedBatch(pool, { first: 5_000, count: 1 })
  await poll()
  expect(await one('select count(*) from unmatched_chargebacks')).toEqual({ count: '0' })
  expect(await one('select status, chargeback from disputes')).toEqual({ status: 'won', chargeback: 'cb_1' })
})

test('a dispute that is over here and goes on there is kept for a human', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(pool, { first: 5_000, count: 1 })
  const line = {
    id: 'cb_1',
    terminal: 'HF000001',
    rrn: rrnOf(5_000),
    amountMinor: 5_000,
    currency: '978',
    reason: '10.4',
  }
  acquirer.tellChargeback('chargeback', line)
  await poll()
  const dispute = await one<{ dispute: string }>('select dispute from disputes')
  const key = { account: ACCOUNT, mode: 'test', disputeId: dispute?.dispute ?? '' } as const
  await transaction(pool, (tx) =>
    moveDispute(tx, key, { type: 'accepted', atMs: clock.wallMs() }, clock.wallMs(), ids()),
  )
  acquirer.tellChargeback('won', line)
  await poll()
  await poll()
  expect(await one('select chargeback, why from unmatched_chargebacks')).toEqual({
    chargeback: 'cb_1#2',
    why: 'dispute_at_odds',
  })
})
