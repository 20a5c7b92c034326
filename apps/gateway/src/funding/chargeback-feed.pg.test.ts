import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { moveDispute } from '../disputes/move-dispute.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { closedBatch, rrnOf } from '../test-support/closed-batch.ts'
import { saleItem } from '../test-support/funding-text.ts'
import { createFundingWorld, FUNDING_SUM, type FundingWorld } from '../test-support/funding-world.ts'
import { openMoneyShop } from '../test-support/money-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { FundingItem } from './read-funding-file.ts'

const database = sharedDatabase()
let world: FundingWorld

beforeEach(() => {
  world = createFundingWorld(database())
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
})

test.each(['direct', 'facilitator'] as const)(
  'ST1: %s: a chargeback of the feed opens a dispute, is taken off the next payment, and comes back when it is won',
  async (funding) => {
    const { pool } = database()
    await openMoneyShop(pool, { funding, holdDays: 0 })
    await closedBatch(pool, { first: 5_000, count: 3 })
    await world.pay('F1', saleItem(5_000, 95), saleItem(5_001, 95), saleItem(5_002, 95))
    const contested = { id: 'cb_1', terminal: 'HF000001', rrn: rrnOf(5_000), currency: '978', reason: '10.4' }
    world.acquirer.tellChargeback('inquiry', { ...contested, amountMinor: 5_000 })
    await world.poll()
    const state = async (chargeback: string) =>
      (await world.one<{ status: string }>(`select status from disputes where chargeback = '${chargeback}'`))
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

    world.acquirer.tellChargeback('chargeback', { ...contested, amountMinor: 5_000 })
    world.acquirer.tellChargeback('chargeback', {
      ...contested,
      id: 'cb_2',
      rrn: rrnOf(5_001),
      amountMinor: 5_001,
    })
    await world.poll()
    await world.poll()
    expect([await state('cb_1'), await state('cb_2')]).toEqual(['needs_response', 'needs_response'])
    await closedBatch(pool, { number: '000002', first: 30_000, count: 1 })
    await world.pay(
      'F2',
      chargebackItem('cb_1', 5_000, 'chargeback', 1_500),
      chargebackItem('cb_2', 5_001, 'chargeback', 1_500),
      saleItem(30_000, 445, 30_000, '000002'),
    )
    expect(await world.differences()).toEqual([])
    world.acquirer.tellChargeback('won', { ...contested, amountMinor: 5_000 })
    world.acquirer.tellChargeback('lost', { ...contested, id: 'cb_2', rrn: rrnOf(5_001), amountMinor: 5_001 })
    await world.poll()
    // Told again from the beginning, nothing is opened or taken a second time.
    await pool.query('delete from acquirer_feeds')
    await world.poll()
    expect([await state('cb_1'), await state('cb_2')]).toEqual(['won', 'lost'])
    await world.pay('F3', chargebackItem('cb_1', 5_000, 'chargeback_won', 0))
    expect(await world.differences()).toEqual([])
    const sums = await world.one<{ funding: string; captured: string; open: string }>(FUNDING_SUM)
    expect(sums?.funding).toBe(sums?.captured)
    expect(sums?.open).toBe('0')
    if (funding === 'direct') expect(await world.balanceMinor()).toBe(0)
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
  world.acquirer.tellChargeback('chargeback', line)
  world.acquirer.tellChargeback('won', line)
  await world.poll()
  expect(await world.one('select count(*) from unmatched_chargebacks')).toEqual({ count: '2' })
  await closedBatch(pool, { first: 5_000, count: 1 })
  await world.poll()
  expect(await world.one('select count(*) from unmatched_chargebacks')).toEqual({ count: '0' })
  expect(await world.one('select status, chargeback from disputes')).toEqual({
    status: 'won',
    chargeback: 'cb_1',
  })
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
  world.acquirer.tellChargeback('chargeback', line)
  await world.poll()
  const dispute = await world.one<{ dispute: string }>('select dispute from disputes')
  const key = { account: ACCOUNT, mode: 'test', disputeId: dispute?.dispute ?? '' } as const
  await transaction(pool, (tx) =>
    moveDispute(tx, key, { type: 'accepted', atMs: world.clock.wallMs() }, world.clock.wallMs(), world.ids),
  )
  world.acquirer.tellChargeback('won', line)
  await world.poll()
  await world.poll()
  expect(await world.one('select chargeback, why from unmatched_chargebacks')).toEqual({
    chargeback: 'cb_1#2',
    why: 'dispute_at_odds',
  })
})

test('a line of the feed that no column holds is kept for a human, and the lines after it are taken in', async () => {
  const { pool } = database()
  await openMoneyShop(pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(pool, { first: 5_000, count: 1 })
  const line = {
    terminal: 'HF000001',
    rrn: rrnOf(5_000),
    amountMinor: 5_000,
    currency: '978',
    reason: '10.4',
  }
  world.acquirer.tellChargeback('chargeback', { ...line, id: 'cb_\0' })
  world.acquirer.tellChargeback('chargeback', { ...line, id: 'cb_2', reason: '\uD800' })
  world.acquirer.tellChargeback('chargeback', { ...line, id: 'cb_3' })
  await world.poll()
  expect(await world.one('select chargeback from disputes')).toEqual({ chargeback: 'cb_3' })
  const { rows } = await pool.query('select why from unmatched_chargebacks')
  expect(rows).toEqual([{ why: 'malformed' }, { why: 'malformed' }])
})
