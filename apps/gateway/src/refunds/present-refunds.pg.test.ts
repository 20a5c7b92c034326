import { type HostProfile, hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, expect, test } from 'vitest'
import { listBatches } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { capturePayment } from '../captures/capture-payment.ts'
import { transaction } from '../database/transaction.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { accountOf, type MoneyStack, openMoneyStack, saleOf } from '../test-support/money-stack.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { requestRefund } from './request-refund.ts'
import { requestUnlinkedRefund, setUnlinkedRefundLimit } from './request-unlinked-refund.ts'

const database = sharedDatabase()
let stack: MoneyStack

afterEach(async () => {
  const books = await checkBooks(database().pool)
  const { errors } = stack.gateway
  await stack.close()
  expect(books).toEqual([])
  expect(errors).toEqual([])
})

async function open(host: HostProfile): Promise<void> {
  stack = await openMoneyStack(database(), host)
}

/** Captured, where the host captures by approving. */
async function sell(amountMinor: number): Promise<TestSale> {
  const sale = await stack.sell(saleOf('automatic', amountMinor))
  await stack.until(async () => (await stack.status(sale)) === 'succeeded' && (await captured(sale)) > 0)
  return sale
}

async function captured({ paymentId }: TestSale): Promise<number> {
  const { rowCount } = await database().pool.query('select from captures where payment = $1', [paymentId])
  return rowCount ?? 0
}

async function refund(sale: TestSale, amountMinor: number | null = null): Promise<string> {
  const wanted = {
    ...accountOf(sale),
    mode: 'test',
    refundId: null,
    amountMinor,
    reason: null,
    requestedBy: 'device',
    operator: null,
    approver: null,
    metadata: {},
  } as const
  const asked = await transaction(database().pool, (tx) => requestRefund(tx, wanted, idSourceOf(stack.world)))
  if (!asked.ok) throw new Error(asked.refusal)
  return asked.refund.refundId
}

async function refunds(): Promise<{ status: string; told: string | null; presentation: number | null }[]> {
  const { rows } = await database().pool.query<{
    status: string
    told: string | null
    presentation: number | null
  }>(
    `select r.status, p.state as told, p.presentation from refunds r
     left join presentments p on p.account = r.account and p.subject = r.refund order by r.created_ms, r.refund`,
  )
  return rows
}

/** How many refunds have found their batch. */
async function joined(): Promise<number> {
  const { rowCount } = await database().pool.query(
    `select from presentments where subject_kind = 'refund' and batch is not null`,
  )
  return rowCount ?? 0
}

async function paid() {
  const entries = (await stack.journal())
    .filter(({ kind }) => kind === 'refund')
    .toSorted((a, b) => b.chargedMinor - a.chargedMinor)
  return entries.map(({ mti, chargedMinor, saleRrn }) => ({
    mti,
    chargedMinor,
    linked: saleRrn !== undefined,
  }))
}

const ended = () =>
  stack.until(async () =>
    (await refunds()).every(({ status }) => status === 'succeeded' || status === 'failed'),
  )

async function close(): Promise<void> {
  const nowMs = stack.world.clock.wallMs()
  await transaction(database().pool, async (tx) => {
    const open = (await listBatches(tx, { account: ACCOUNT, limit: 10 })).filter(
      ({ state }) => state === 'open',
    )
    for (const batch of open) await closeBatch(tx, batch, { nowMs, overMissingTips: true })
  })
  await stack.until(async () =>
    (await listBatches(database().pool, { account: ACCOUNT, limit: 10 })).every(
      ({ state }) => state === 'closed' || state === 'open',
    ),
  )
}

test('TM14: where the host captures, a refund is asked by 0200, paid once, and counted in the batch', async () => {
  await open(hostCapture)
  const sale = await sell(1_000)
  await refund(sale, 400)
  await refund(sale)
  await ended()
  expect(await refunds()).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }])
  expect(await paid()).toEqual([
    { mti: '0200', chargedMinor: -400, linked: true },
    { mti: '0200', chargedMinor: -600, linked: true },
  ])
  await close()
  expect(await stack.batches()).toMatchObject([{ count: 3, netMinor: 0 }])
})

test('TM14: where the terminal captures, the batch presents a refund, behind its sale', async () => {
  await open(terminalCapture)
  const sale = await sell(1_000)
  await refund(sale, 400)
  expect(await refunds()).toMatchObject([{ status: 'waiting_parent', told: null }])
  await close()
  await stack.until(async () => (await refunds())[0]?.told === 'due')
  expect(await paid()).toEqual([])
  await stack.until(
    async () => (await listBatches(database().pool, { account: ACCOUNT, limit: 10 })).length === 2,
  )
  await close()
  await ended()
  expect(await paid()).toEqual([{ mti: '0320', chargedMinor: -400, linked: true }])
  expect(await stack.batches()).toMatchObject([
    { count: 1, netMinor: 1_000 },
    { count: 1, netMinor: -400 },
  ])
})

test('a refund that the issuer refuses fails, and the merchant has the money again', async () => {
  await open(hostCapture)
  const sale = await sell(1_000)
  await stack.script({ match: { message: 'refund' }, do: { responseCode: '57' } })
  const refundId = await refund(sale, 400)
  await ended()
  expect(await refunds()).toEqual([{ status: 'failed', told: 'declined', presentation: 1 }])
  const { rows } = await database().pool.query<{ type: string }>(
    'select type from events where object_id = $1 order by created_ms, event',
    [refundId],
  )
  expect(rows.map(({ type }) => type)).toContain('refund.failed')
  await stack.clearScript()
  await refund(sale)
  await ended()
  expect(await paid()).toMatchObject([{ chargedMinor: 0 }, { chargedMinor: -1_000 }])
  await close()
  expect(await stack.batches()).toMatchObject([{ count: 2, netMinor: 0 }])
})

test('a refund that nobody decided goes out anew, as another message', async () => {
  await open(hostCapture)
  const sale = await sell(1_000)
  await stack.script({ match: { message: 'refund', next: 1 }, do: { responseCode: '91' } })
  await refund(sale)
  await stack.until(async () => (await refunds())[0]?.told === 'due')
  stack.leap(60_000)
  await ended()
  expect(await refunds()).toEqual([{ status: 'succeeded', told: 'accepted', presentation: 2 }])
  expect(await paid()).toEqual([{ mti: '0200', chargedMinor: -1_000, linked: true }])
})

test('MC7: a refund without its sale goes to the card by the terminal of the payment that named it', async () => {
  await open(hostCapture)
  const { paymentId } = await sell(1_000)
  await transaction(database().pool, async (tx) => {
    await setUnlinkedRefundLimit(tx, ACCOUNT, 'eur', { perRefundMinor: 500, perDayMinor: 500 })
    const wanted = {
      account: ACCOUNT,
      mode: 'test',
      cardPaymentId: paymentId,
      currency: 'eur',
      amountMinor: 500,
      operator: null,
      approver: 'Grace',
      note: 'bought in our other shop',
      metadata: {},
    } as const
    expect(await requestUnlinkedRefund(tx, wanted, idSourceOf(stack.world))).toMatchObject({ ok: true })
  })
  await ended()
  expect(await paid()).toEqual([{ mti: '0200', chargedMinor: -500, linked: false }])
  await close()
  expect(await stack.batches()).toMatchObject([{ count: 2, netMinor: 500 }])
})

test('P2: a void after a refund gives back only what is left', async () => {
  await open(hostCapture)
  const sale = await sell(1_000)
  await refund(sale, 400)
  await ended()
  await stack.gateway.send(stack.device, [await stack.device.voided(sale)])
  await stack.until(async () => (await refunds()).length === 2)
  await ended()
  expect(await paid()).toMatchObject([{ chargedMinor: -400 }, { chargedMinor: -600 }])
  expect((await stack.journal())[0]).toMatchObject({ reversed: false, chargedMinor: 1_000 })
})

test('a host that counts otherwise is told each refund in detail, and pays none twice', async () => {
  await open(hostCapture)
  await refund(await sell(1_000), 300)
  await ended()
  await stack.script({ match: { message: 'batch', next: 3 }, do: { responseCode: '95' } })
  await close()
  expect(await paid()).toEqual([{ mti: '0200', chargedMinor: -300, linked: true }])
  expect(await stack.batches()).toMatchObject([{ count: 2, netMinor: 700 }])
})

/** In this order, one message each. */
const FAULTS = [
  { drop: 'before' },
  { drop: 'after' },
  { cut: true },
  { delayMs: 1_000 },
  { duplicate: true },
  { drop: 'after' },
  { garbage: true },
]

/** It pays a repeat twice. */
const forgetful: HostProfile = {
  ...hostCapture,
  hostDeduplicates: false,
  hostKnowsRrn: false,
  repeatsMax: 0,
}

test.each([
  ['where the host knows repeats', hostCapture],
  ['where the batch presents', terminalCapture],
  ['where the host would pay a repeat twice', forgetful],
] as const)(
  'P2: on a link with faults, and killed between its steps, each refund is paid once: %s',
  async (_where, host) => {
    await open(host)
    const sales = [await sell(1_100), await sell(2_200), await sell(3_300)]
    if (host === terminalCapture) await close()
    for (const action of FAULTS) await stack.script({ match: { message: 'refund', next: 1 }, do: action })
    for (const sale of sales) {
      await refund(sale)
      await stack.restart()
    }
    if (host === terminalCapture) {
      // All of them: what comes behind the closing would wait for the next batch.
      await stack.until(async () => (await joined()) === sales.length)
      const nowMs = stack.world.clock.wallMs()
      await transaction(database().pool, async (tx) => {
        const [batch] = await listBatches(tx, { account: ACCOUNT, limit: 1 })
        if (batch !== undefined) await closeBatch(tx, batch, { nowMs, overMissingTips: true })
      })
    }
    for (let kills = 0; kills < 4; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150 + kills * 120))
      await stack.restart()
    }
    await ended()
    const paidMinor = (await paid()).map(({ chargedMinor }) => chargedMinor)
    expect(paidMinor.filter((minor) => minor !== 0)).toEqual([-1_100, -2_200, -3_300])
    expect((await refunds()).map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    await close()
    const total = (await stack.batches()).reduce((sum, { netMinor }) => sum + netMinor, 0)
    expect(total).toBe(0)
  },
)

test('a capture of a manual sale is refunded by the sale that it completed', async () => {
  await open(hostCapture)
  const sale = await stack.sell(saleOf('manual', 1_000))
  await stack.until(async () => (await stack.status(sale)) === 'requires_capture')
  await transaction(database().pool, (tx) =>
    capturePayment(tx, stack.world, accountOf(sale), { amountMinor: 1_150, tipMinor: 150 }),
  )
  // Also before the acquirer has heard of the capture: the tip is in it.
  await refund(sale)
  await ended()
  expect(await paid()).toEqual([{ mti: '0200', chargedMinor: -1_150, linked: true }])
})

test('P7: a refund that a lost database may have had paid is asked as a repeat, and paid once', async () => {
  await open(hostCapture)
  const sale = await sell(1_000)
  await refund(sale)
  await ended()
  await forget()
  await ended()
  expect((await stack.journal()).filter(({ kind }) => kind === 'refund')).toMatchObject([
    { chargedMinor: -1_000, timesAsked: 2 },
  ])
})

test('P7: where the host would pay it again, it waits for a human', async () => {
  await open(forgetful)
  const sale = await sell(1_000)
  await refund(sale)
  await ended()
  await forget()
  await stack.until(async () => (await refunds())[0]?.told === 'needs_attention')
  expect(await paid()).toEqual([{ mti: '0200', chargedMinor: -1_000, linked: true }])
  // The books of the lost database are not wound back with it here.
  await database().pool.query(`update refunds set status = 'succeeded', succeeded_ms = submitted_ms`)
})

/** As a backup has it from before the refund went out. The generation that knows of no such sending is the one that runs. */
async function forget(): Promise<void> {
  const { pool } = database()
  await pool.query('alter table presentments drop constraint if exists presentments_as_of_check')
  await transaction(pool, async (tx) => {
    await tx.query(`update refunds set status = 'submitted', succeeded_ms = null`)
    await tx.query(
      `update presentments set as_of = 0, state = 'due', due_ms = 0, stan = null, transmitted_ms = null,
         send_before_ms = null, repeats = null, response_code = null, accepted_ms = null
       where subject_kind = 'refund'`,
    )
  })
}
