import { type HostProfile, hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, expect, test } from 'vitest'
import { listBatches } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { transaction } from '../database/transaction.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { addFeeSchedule } from '../ledger/money-terms.ts'
import { requestRefund, type WantedRefund } from '../refunds/request-refund.ts'
import { sampleFees } from '../test-support/money-shop.ts'
import { type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { ACCOUNT, LINK } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createAcquirerFiles } from './acquirer-files.ts'
import { readFundingDifferences } from './funding-differences.ts'
import { pollAcquirer } from './poll-acquirer.ts'

const database = sharedDatabase()
let stack: MoneyStack

afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(await readFundingDifferences(database().pool, stack.world.clock.wallMs())).toEqual([])
  await stack.close()
})

async function open(host: HostProfile): Promise<void> {
  stack = await openMoneyStack(database(), host)
  // The contract's fees, and the same in the books.
  await transaction(database().pool, (tx) => addFeeSchedule(tx, ACCOUNT, sampleFees, 0))
  await control('/terms', { basisPoints: 140, fixedMinor: 25, chargebackMinor: 1_500 })
}

async function control(at: string, body: object): Promise<unknown> {
  const answer = await fetch(`${stack.controlUrl}${at}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.ok, at).toBe(true)
  return answer.json()
}

const poll = () =>
  pollAcquirer({
    pool: database().pool,
    clock: stack.world.clock,
    randomBytes: (length) => stack.world.crypto.randomBytes(length),
    log: stack.world.log,
    files: createAcquirerFiles(stack.controlUrl),
    link: LINK,
  })

async function count(sql: string): Promise<number> {
  return (await database().pool.query(sql)).rowCount ?? 0
}

async function closeNewest(): Promise<void> {
  const [row] = await listBatches(database().pool, { account: ACCOUNT, limit: 1 })
  const key = { account: ACCOUNT, batchId: row?.batchId ?? '' }
  const terms = { nowMs: stack.world.clock.wallMs(), overMissingTips: false }
  expect(await transaction(database().pool, (tx) => closeBatch(tx, key, terms))).toMatchObject({ ok: true })
  await stack.until(async () => {
    const [closed] = await listBatches(database().pool, { account: ACCOUNT, limit: 1 })
    return closed?.state === 'closed'
  })
}

async function giveBack(paymentId: string, amountMinor: number): Promise<void> {
  const wanted: WantedRefund = {
    account: ACCOUNT,
    mode: 'test',
    paymentId,
    refundId: null,
    amountMinor,
    reason: null,
    requestedBy: 'merchant',
    operator: null,
    approver: null,
    metadata: {},
  }
  const ids = idSourceOf(stack.world)
  expect(await transaction(database().pool, (tx) => requestRefund(tx, wanted, ids))).toMatchObject({
    ok: true,
  })
}

test('SQ17: a sale whose tip was told after it is paid for as one item, and the payout is made of both transactions', async () => {
  await open(hostCapture)
  const { saleId: sale, paymentId: payment } = await stack.sell(saleOf('automatic', 5_000))
  await stack.until(async () => (await count('select from captures')) === 1)
  const body = { kind: 'tip.closed', sale, payment, tipMinor: 500, currency: 'eur' }
  await stack.gateway.send(stack.device, [await stack.device.append(body)])
  await stack.until(async () => (await count('select from captures where amount_minor = 5500')) === 1)
  await closeNewest()
  await poll()
  const { rows } = await database().pool.query(
    `select p.amount_minor as amount, (select count(*) from payout_items i where i.payout = p.payout) as items
     from payouts p`,
  )
  // 1.4 % and 25 cents, of the whole.
  expect(rows).toEqual([{ amount: String(5_500 - 102), items: '2' }])
  expect((await listBatches(database().pool, { account: ACCOUNT, limit: 1 }))[0]?.state).toBe('funded')
})

test.each([hostCapture, terminalCapture])(
  'ST16: what the acquirer’s program pays for $name is what the books say, fees, refunds and chargebacks included',
  async (host) => {
    await open(host)
    await stack.sell(saleOf('automatic', 5_000))
    const second = await stack.sell(saleOf('automatic', 2_050))
    await stack.until(async () => (await count('select from captures')) === 2)
    await closeNewest()
    await poll()
    const { rows } = await database().pool.query(
      `select p.amount_minor as amount, p.payer, (select count(*) from payout_items i where i.payout = p.payout) as items
       from payouts p`,
    )
    // 1.4 % and 25 cents of each.
    expect(rows).toEqual([{ amount: String(7_050 - 95 - 54), payer: 'acquirer', items: '2' }])
    expect((await listBatches(database().pool, { account: ACCOUNT, limit: 1 }))[0]?.state).toBe('funded')

    const [sold] = await stack.journal()
    await control('/chargebacks', { rrn: sold?.rrn, reason: '10.4' })
    await giveBack(second.paymentId, 700)
    await stack.sell(saleOf('automatic', 9_000))
    await stack.until(async () => (await count('select from captures')) === 3)
    await closeNewest()
    await poll()
    expect(await count(`select from funding_items where kind = 'refund' and amount_minor = -700`)).toBe(1)
    expect((await listBatches(database().pool, { account: ACCOUNT, limit: 1 }))[0]?.state).toBe('funded')
    await control('/chargebacks/cb_000001', { stage: 'won' })
    await poll()
    expect(await count(`select from disputes where status = 'won'`)).toBe(1)
    expect(await count(`select from payouts where payer = 'acquirer'`)).toBe(2)
  },
)
