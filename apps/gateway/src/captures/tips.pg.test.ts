import { hostCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { addFeeSchedule } from '../ledger/money-terms.ts'
import { giveUpPresentment } from '../presenter/resolve-presentment.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { tipDesk } from '../test-support/tip-desk.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { capturePayment } from './capture-payment.ts'
import { standingCapture } from './capture-row.ts'
import { tellTip } from './tell-tip.ts'

const database = sharedDatabase()
let stack: MoneyStack

beforeEach(async () => {
  stack = await openMoneyStack(database(), hostCapture)
})
afterEach(async () => {
  expect(await checkBooks(database().pool)).toEqual([])
  expect(stack.gateway.errors).toEqual([])
  await stack.close()
})

const { select, told, tipIs, capture, posted, parked, newestBatch, tip, sold, close, refund } = tipDesk(
  database,
  () => stack,
)

test('SQ17: a tip after an automatic sale is told by 0220 for the same capture, and both sides count the final amount once', async () => {
  const { pool } = database()
  await addFeeSchedule(
    pool,
    ACCOUNT,
    { rules: [{ basisPoints: 150, fixedMinor: { eur: 10 } }], disputeMinor: {} },
    0,
  )
  const sale = await sold()
  await tip(sale, 150)
  await tipIs('accepted')
  expect(await capture()).toEqual([{ amount: 1_150, tip: 150, state: 'presented' }])
  expect(await told()).toMatchObject([
    { kind: 'capture', amount: 1_150, state: 'accepted' },
    { kind: 'tip', amount: 1_150, state: 'accepted' },
  ])
  // 1.5 % of 11.50 is 17.25 minor units: the fixed part is not taken twice.
  expect(await posted()).toEqual([
    { amount: 1_000, fee: 25, cause: 'capture' },
    { amount: 150, fee: 2, cause: 'capture_tip' },
  ])
  expect(await stack.journal()).toMatchObject([{ mti: '0200', completedMinor: 1_150, chargedMinor: 1_150 }])
  await close()
  await stack.until(async () => (await newestBatch())?.state === 'closed')
  expect((await newestBatch())?.totals).toMatchObject({ debits: 1, debitsMinor: 1_150 })
  expect(await stack.batches()).toMatchObject([{ count: 1, netMinor: 1_150 }])
  expect(await parked()).toEqual([])
})

test('a tip that arrives while the 0200 is on its way is told after it: nobody books what was not asked for', async () => {
  await stack.script({ match: { next: 1 }, do: { delayMs: 500 } })
  const sale = await stack.sell(saleOf('automatic', 1_000))
  await stack.until(async () => (await select(`select 1 from attempts where state = 'sent'`)).length === 1)
  await tip(sale, 150)
  await tipIs('accepted')
  expect(await posted()).toMatchObject([{ amount: 1_000 }, { amount: 150 }])
  expect(await stack.journal()).toMatchObject([{ amountMinor: 1_000, chargedMinor: 1_150 }])
})

test('P2: the answer to the tip is lost and it is repeated as the same message, charged and booked once', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 2 }, do: { drop: 'after' } })
  await tip(sale, 150)
  await tipIs('accepted')
  expect(await told()).toMatchObject([{}, { kind: 'tip', repeats: 2 }])
  expect(await posted()).toMatchObject([{ amount: 1_000 }, { amount: 150 }])
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_150, timesAsked: 3 }])
})

test('the process dies with the tip out, and the next one repeats it', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { drop: 'after' } })
  await tip(sale, 150)
  await tipIs('sent')
  await stack.restart()
  await tipIs('accepted')
  expect(await posted()).toMatchObject([{ amount: 1_000 }, { amount: 150 }])
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_150 }])
})

test('P7: a gateway that was restored to before the tip went out tells it again, and the host knows it', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { drop: 'after' } })
  await tip(sale, 150)
  await stack.until(async () => (await stack.journal())[0]?.chargedMinor === 1_150)
  const { pool } = database()
  await pool.query('update settings set generation = 2')
  await pool.query(`update presentments set state = 'due', due_ms = 0, stan = null, transmitted_ms = null,
    send_before_ms = null, repeats = null where subject_kind = 'tip'`)
  await tipIs('accepted')
  expect(await posted()).toMatchObject([{ amount: 1_000 }, { amount: 150 }])
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_150 }])
})

test('written in twice, it is told once; another one after that is set aside for a person, and the first stands', async () => {
  const sale = await sold()
  await tip(sale, 150)
  await tip(sale, 150)
  await tipIs('accepted')
  await tip(sale, 100)
  await tip(sale, 0)
  await stack.until(async () => (await parked()).length === 2)
  expect(await parked()).toEqual([
    { task: 'tip', attention: 'tip_after_capture' },
    { task: 'tip', attention: 'tip_after_capture' },
  ])
  expect(await capture()).toMatchObject([{ amount: 1_150, tip: 150 }])
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_150, timesAsked: 1 }])
})

test('while it has not left, the newest tip takes the place of the one before', async () => {
  const sale = await sold()
  await transaction(database().pool, async (tx) => {
    const row = await standingCapture(tx, accountOf(sale))
    if (row === null) throw new Error('it is captured')
    for (const amountMinor of [1_150, 1_100])
      expect(await tellTip(tx, stack.world, row, { amountMinor })).toBe(null)
  })
  await tipIs('accepted')
  expect(await posted()).toMatchObject([{ amount: 1_000 }, { amount: 100 }])
})

test('above what the contract lets a tip be it is set aside, and the sale stands as it was', async () => {
  const sale = await sold()
  await tip(sale, 201)
  await stack.until(async () => (await parked()).length === 1)
  expect(await parked()).toEqual([{ task: 'tip', attention: 'tip_above_tolerance' }])
  expect(await told()).toMatchObject([{ kind: 'capture', amount: 1_000 }])
})

test('what the host refuses waits for a person with its code, once; given up, the sale stands without it and is refunded without it', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12' } })
  await tip(sale, 150)
  await tipIs('needs_attention')
  expect(await told()).toMatchObject([
    { kind: 'capture', amount: 1_000, state: 'accepted' },
    { kind: 'tip', attention: 'presentment_refused', repeats: 0 },
  ])
  const [row] = await select<{ id: string }>(
    `select presentment as id from presentments where subject_kind = 'tip' and response_code = '12'`,
  )
  const given = await transaction(database().pool, (tx) =>
    giveUpPresentment(tx, row?.id ?? '', idSourceOf(stack.world)),
  )
  expect(given).toMatchObject({ ok: true })
  expect(await capture()).toEqual([{ amount: 1_000, tip: 0, state: 'presented' }])
  expect(await refund(sale, 1_150)).toMatchObject({
    refusal: 'refund_amount_above_capture',
    leftMinor: 1_000,
  })
  expect(await stack.journal()).toMatchObject([{ chargedMinor: 1_000 }])
})

test('a refund after the tip gives back the final amount; a tip after a refund is set aside', async () => {
  const first = await sold()
  await tip(first, 150)
  await tipIs('accepted')
  expect(await refund(first, null)).toMatchObject({ ok: true, refund: { amountMinor: 1_150 } })
  const second = await stack.sell(saleOf('automatic', 500))
  await stack.until(async () => (await capture()).length === 2)
  await refund(second, 100)
  await tip(second, 50)
  await stack.until(async () => (await parked()).length === 1)
  expect(await parked()).toEqual([{ task: 'tip', attention: 'tip_after_refund' }])
  await stack.until(async () => (await stack.journal()).filter(({ kind }) => kind === 'refund').length === 2)
})

test('a refund that is asked while the tip is out waits for the final amount, and then gives back all of it', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { drop: 'after' } })
  await tip(sale, 150)
  await tipIs('sent')
  expect(await refund(sale, null)).toMatchObject({
    refund: { amountMinor: 1_150, state: { status: 'waiting_parent' } },
  })
  await stack.until(
    async () => (await select(`select 1 from refunds where status = 'succeeded'`)).length === 1,
  )
  expect((await stack.journal()).map(({ chargedMinor }) => chargedMinor)).toEqual([1_150, -1_150])
})

test('a refund that waits for a tip goes out without it when the host refuses that', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12', delayMs: 500 } })
  await tip(sale, 150)
  await tipIs('sent')
  await refund(sale, 1_000)
  await tipIs('needs_attention')
  await stack.until(
    async () => (await select(`select 1 from refunds where status = 'succeeded'`)).length === 1,
  )
  expect((await stack.journal()).map(({ chargedMinor }) => chargedMinor)).toEqual([1_000, -1_000])
})

test('a refund of all with a tip that the host refuses fails, and the merchant asks for what was taken', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { responseCode: '12', delayMs: 500 } })
  await tip(sale, 150)
  await tipIs('sent')
  await refund(sale, null)
  await tipIs('needs_attention')
  expect(await select('select status, failure_reason as why from refunds')).toEqual([
    { status: 'failed', why: 'captured_less' },
  ])
  expect(await refund(sale, null)).toMatchObject({ ok: true, refund: { amountMinor: 1_000 } })
  await stack.until(
    async () => (await select(`select 1 from refunds where status = 'succeeded'`)).length === 1,
  )
  expect((await stack.journal()).map(({ chargedMinor }) => chargedMinor)).toEqual([1_000, -1_000])
})

test('a tip of what was captured by hand is set aside, and not forgotten', async () => {
  const sale = await stack.sell(saleOf('manual', 1_000))
  await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
  await transaction(database().pool, (tx) => capturePayment(tx, stack.world, accountOf(sale), {}))
  await tip(sale, 150)
  await stack.until(async () => (await parked()).length === 1)
  expect(await parked()).toEqual([{ task: 'tip', attention: 'tip_after_capture' }])
})

test('a void that comes while the tip is out waits for its answer, and gives back the final amount', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { drop: 'after' } })
  await tip(sale, 150)
  await tipIs('sent')
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await tipIs('accepted')
  await stack.until(async () => (await select('select 1 from refunds')).length === 1)
  expect(await select('select requested_by, amount_minor::integer as amount from refunds')).toEqual([
    { requested_by: 'void', amount: 1_150 },
  ])
})

test('a batch that closes waits for the tip that is out, and counts it', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'advice', next: 1 }, do: { drop: 'before' } })
  await tip(sale, 150)
  await tipIs('sent')
  await close()
  await stack.until(async () => (await newestBatch())?.state === 'closed')
  expect((await newestBatch())?.totals).toMatchObject({ debits: 1, debitsMinor: 1_150 })
  expect(await stack.batches()).toMatchObject([{ count: 1, netMinor: 1_150 }])
})

test('once its batch is being counted, and when it is closed, a tip is set aside', async () => {
  const sale = await sold()
  await stack.script({ match: { message: 'batch', next: 1 }, do: { drop: 'before' } })
  await close()
  await stack.until(async () => ((await newestBatch())?.stan ?? null) !== null)
  await tip(sale, 150)
  await stack.until(async () => (await parked()).length === 1)
  await stack.until(async () => (await newestBatch())?.state === 'closed')
  await tip(sale, 100)
  await stack.until(async () => (await parked()).length === 2)
  expect((await parked()).map((row) => (row as { attention: string }).attention)).toEqual([
    'tip_after_batch',
    'tip_after_batch',
  ])
  expect(await capture()).toEqual([{ amount: 1_000, tip: 0, state: 'presented' }])
  expect(await stack.batches()).toMatchObject([{ count: 1, netMinor: 1_000 }])
})
