import { nodeCrypto } from '@holdfast/envelope/node'
import type { IdSource } from '@holdfast/core'
import type { TestDatabase } from '../database/test-database.ts'
import { type FundingDifference, readFundingDifferences } from '../funding/funding-differences.ts'
import { pollAcquirer } from '../funding/poll-acquirer.ts'
import type { FundingItem } from '../funding/read-funding-file.ts'
import { readBalances } from '../ledger/balance.ts'
import { fundingText } from './funding-text.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { SALE_MS } from './money-shop.ts'
import { ACCOUNT, LINK } from './sample-rows.ts'
import { createToldByAcquirer, type ToldByAcquirer } from './told-by-acquirer.ts'

/** A gateway's books beside an acquirer that tells what a test wants. */
export interface FundingWorld {
  readonly clock: ManualClock
  readonly acquirer: ToldByAcquirer
  readonly ids: IdSource
  /** As a worker does it. */
  poll(): Promise<void>
  /** A file of these items, and a worker that takes it in. */
  pay(file: string, ...items: readonly FundingItem[]): Promise<void>
  differences(): Promise<readonly FundingDifference[]>
  /** What of the account's euros may be paid out. */
  balanceMinor(): Promise<number>
  /** The first row. */
  one<Row extends object>(sql: string): Promise<Row | undefined>
}

export function createFundingWorld({ pool }: TestDatabase): FundingWorld {
  const clock = createManualClock(SALE_MS + DAY_MS)
  const acquirer = createToldByAcquirer()
  const randomBytes = (length: number) => nodeCrypto.randomBytes(length)
  const log = { info: () => undefined, error: () => undefined }
  const poll = () => pollAcquirer({ pool, clock, randomBytes, log, files: acquirer.files, link: LINK })
  return {
    clock,
    acquirer,
    ids: { wallMs: () => clock.wallMs(), randomBytes },
    poll,
    async pay(file, ...items) {
      acquirer.tellFile(file, fundingText(file, items))
      await poll()
    },
    differences: () => readFundingDifferences(pool, clock.wallMs()),
    async balanceMinor() {
      const [balance] = await readBalances(pool, { account: ACCOUNT, mode: 'test' }, clock.wallMs())
      return balance?.availableMinor ?? 0
    },
    one: async <Row extends object>(sql: string) => (await pool.query<Row>(sql)).rows[0],
  }
}

/** ST16: Σ funding = Σ captured − refunds − lost disputes − fees, where everything was paid for. */
export const FUNDING_SUM = `
  select (select sum(amount_minor - fee_minor) from funding_items)::text as funding,
    ((select coalesce(sum(amount_minor), 0) from balance_transactions where type = 'charge')
      - (select coalesce(sum(amount_minor), 0) from refunds where status = 'succeeded')
      - (select coalesce(sum(amount_minor), 0) from disputes where status = 'lost')
      - (select coalesce(sum(fee_minor), 0) from funding_items))::text as captured,
    (select coalesce(sum(amount_minor), 0) from ledger_lines where ledger_account = 'acquirer_receivable')::text as open`

const DAY_MS = 86_400_000
