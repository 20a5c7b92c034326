import { must, toBase64Url } from '@holdfast/core'
import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type FeedAnswer, type TipStatement, tipStatement } from '@holdfast/protocol'
import { listBatches } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { transaction } from '../database/transaction.ts'
import { requestRefund } from '../refunds/request-refund.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { accountOf, type MoneyStack, saleOf } from './money-stack.ts'
import { ACCOUNT } from './sample-rows.ts'
import type { TestSale } from './test-device.ts'

export const FEED = '/device/v1/feed?generation=1&after=0'

interface Told {
  readonly kind: string
  readonly amount: number
  readonly state: string
  readonly repeats: number | null
  readonly attention: string | null
}

/** Sales whose approval took the money, the tips that follow them, and what each side says of them. */
export function tipDesk(database: () => TestDatabase, stack: () => MoneyStack) {
  const select = async <Row extends object>(sql: string) => (await database().pool.query<Row>(sql)).rows

  const told = () =>
    select<Told>(`select subject_kind as kind, amount_minor::integer as amount, state, repeats, attention
      from presentments order by created_ms, subject_kind`)
  const tipIs = (state: string) =>
    stack().until(async () => (await told()).some((row) => row.kind === 'tip' && row.state === state))
  const capture = () =>
    select('select amount_minor::integer as amount, tip_minor::integer as tip, state from captures')
  const posted = () =>
    select(`select amount_minor::integer as amount, fee_minor::integer as fee, cause_kind as cause
      from balance_transactions where type in ('charge', 'refund') order by created_ms, cause_kind`)
  const parked = () => select('select kind as task, attention from money_tasks where attention is not null')
  const newestBatch = async () => (await listBatches(database().pool, { account: ACCOUNT, limit: 1 }))[0]

  async function tip({ saleId: sale, paymentId: payment }: TestSale, tipMinor: number): Promise<void> {
    const { gateway, device } = stack()
    const body = { kind: 'tip.closed', sale, payment, tipMinor, currency: 'eur' }
    await gateway.send(device, [await device.append(body)])
  }

  /** Approved by 0200, which took the money. */
  async function sold(amountMinor = 1_000): Promise<TestSale> {
    const sale = await stack().sell(saleOf('automatic', amountMinor))
    await stack().until(async () => (await capture()).length === 1)
    return sale
  }

  const close = () =>
    transaction(database().pool, async (tx) => {
      const key = { account: ACCOUNT, batchId: (await newestBatch())?.batchId ?? '' }
      return closeBatch(tx, key, { nowMs: stack().world.clock.wallMs(), overMissingTips: false })
    })

  const refund = (sale: TestSale, amountMinor: number | null) =>
    transaction(database().pool, (tx) =>
      requestRefund(
        tx,
        {
          ...accountOf(sale),
          mode: 'test',
          refundId: null,
          amountMinor,
          reason: null,
          requestedBy: 'merchant',
          operator: null,
          approver: null,
          metadata: {},
        },
        idSourceOf(stack().world),
      ),
    )

  /** All that the till hears of tips, in order. */
  async function words(): Promise<readonly Partial<TipStatement>[]> {
    const { gateway, device } = stack()
    const { signing } = gateway.world.keys
    const keys = [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
    const { body } = await gateway.api(await device.request('GET', `${FEED}&tips=1`))
    // The device API answers what its schema says.
    const { items } = body as FeedAnswer
    return Promise.all(
      items
        .filter(({ type }) => type === 'tip')
        .map(async ({ statement }) => {
          const opened = await openStatement(nodeCrypto, keys, 'tip', tipStatement, statement)
          const { payment, tipMinor, standsMinor, code } = must(opened, 'a signed word')
          return { payment, tipMinor, standsMinor, code }
        }),
    )
  }

  return {
    select,
    told,
    tipIs,
    capture,
    posted,
    parked,
    newestBatch,
    tip,
    sold,
    close,
    refund,
    words,
  }
}
