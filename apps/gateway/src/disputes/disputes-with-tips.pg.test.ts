import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAcquirerFiles } from '../funding/acquirer-files.ts'
import { pollAcquirer } from '../funding/poll-acquirer.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { addFeeSchedule } from '../ledger/money-terms.ts'
import { type MoneyStack, openMoneyStack } from '../test-support/money-stack.ts'
import { ACCOUNT, LINK } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { tipDesk } from '../test-support/tip-desk.ts'

const database = sharedDatabase()
let stack: MoneyStack
const { select, tipIs, parked, tip, sold, refund, words } = tipDesk(database, () => stack)

/** 1.5 % of a sale, and 15.00 for a dispute. */
beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
  const fees = { rules: [{ basisPoints: 150, fixedMinor: {} }], disputeMinor: { eur: 1_500 } }
  await addFeeSchedule(database().pool, ACCOUNT, fees, 0)
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

/** The acquirer's own next step, and the gateway hears of it. */
async function told(path: string, body: object): Promise<void> {
  const answer = await fetch(`${stack.controlUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.ok, await answer.text()).toBe(true)
  const { clock, crypto } = stack.world
  await pollAcquirer({
    pool: database().pool,
    clock,
    randomBytes: (length) => crypto.randomBytes(length),
    log: stack.world.log,
    files: createAcquirerFiles(stack.controlUrl),
    link: LINK,
  })
}

async function chargedBack(amountMinor?: number): Promise<void> {
  const [sale] = await stack.journal()
  await told('/chargebacks', {
    rrn: sale?.rrn,
    reason: '10.4',
    ...(amountMinor === undefined ? {} : { amountMinor }),
  })
}

const disputes = () => select('select amount_minor::integer as amount, status from disputes')
const disputeMoney = () =>
  select(`select amount_minor::integer as amount, fee_minor::integer as fee from balance_transactions
    where type not in ('charge', 'refund') order by created_ms`)
const heldMinor = async () =>
  (
    await select<{ minor: number }>(
      `select coalesce(sum(amount_minor), 0)::integer as minor from ledger_lines where ledger_account = 'dispute_hold'`,
    )
  )[0]?.minor

test.each(['won', 'lost'] as const)(
  'ST1 SQ17: a sale that is charged back after its tip is contested with it; %s, the books are right',
  async (end) => {
    const sale = await sold()
    await tip(sale, 150)
    await tipIs('accepted')
    await chargedBack()
    expect(await disputes()).toEqual([{ amount: 1_150, status: 'needs_response' }])
    expect(await disputeMoney()).toEqual([{ amount: -1_150, fee: 1_500 }])
    expect(await refund(sale, null)).toEqual({ ok: false, refusal: 'charge_disputed' })
    const [row] = await select<{ id: string }>('select chargeback as id from disputes')
    await told(`/chargebacks/${row?.id}`, { stage: end })
    expect(await disputes()).toEqual([{ amount: 1_150, status: end }])
    expect((await disputeMoney()).slice(1)).toEqual(end === 'won' ? [{ amount: 1_150, fee: 0 }] : [])
    expect(await heldMinor()).toBe(0)
    if (end === 'won')
      expect(await refund(sale, null)).toMatchObject({ ok: true, refund: { amountMinor: 1_150 } })
  },
)

test('the cardholder contests the tip alone: so much is held, and all of the sale can be given back once that is won', async () => {
  const sale = await sold()
  await tip(sale, 150)
  await tipIs('accepted')
  await chargedBack(150)
  expect(await disputes()).toEqual([{ amount: 150, status: 'needs_response' }])
  expect(await disputeMoney()).toEqual([{ amount: -150, fee: 1_500 }])
  const [row] = await select<{ id: string }>('select chargeback as id from disputes')
  await told(`/chargebacks/${row?.id}`, { stage: 'won' })
  expect(await refund(sale, null)).toMatchObject({ ok: true, refund: { amountMinor: 1_150 } })
})

test('a tip that comes when its sale is contested goes to no card, and its till hears why', async () => {
  const sale = await sold()
  await chargedBack()
  await tip(sale, 150)
  await stack.until(async () => (await parked()).length === 1)
  expect(await words()).toMatchObject([{ tipMinor: 150, standsMinor: 0, code: 'tip_after_refund' }])
  expect(await disputes()).toEqual([{ amount: 1_000, status: 'needs_response' }])
})
