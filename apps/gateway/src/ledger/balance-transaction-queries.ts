import type { Currency } from '@holdfast/core'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface BalanceTransactionView {
  readonly txn: string
  readonly type: string
  readonly reporting_category: string
  readonly source: string
  readonly amount_minor: number
  readonly fee_minor: number
  readonly net_minor: number
  readonly fee_description: string
  readonly currency: Currency
  readonly description: string | null
  readonly available_ms: number
  readonly created_ms: number
}

const COLUMNS = `txn, type, reporting_category, source, amount_minor, fee_minor, net_minor, fee_description, currency,
  description, available_ms, created_ms`

export async function findBalanceTransactions(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
): Promise<readonly BalanceTransactionView[]> {
  const { rows } = await db.query<BalanceTransactionView>({
    text: `select ${COLUMNS} from balance_transactions where account = $1 and mode = $2 and txn = any ($3)`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** Of each source (charge, refund, payout, dispute), oldest first. */
export async function balanceTransactionsOf(
  db: Tx,
  { account, mode }: Scope,
  sources: readonly string[],
): Promise<ReadonlyMap<string, readonly BalanceTransactionView[]>> {
  const { rows } = await db.query<BalanceTransactionView>({
    text: `select ${COLUMNS} from balance_transactions where account = $1 and mode = $2 and source = any ($3)
      order by created_ms, txn`,
    values: [account, mode, sources],
    types: numericTypes,
  })
  return Map.groupBy(rows, ({ source }) => source)
}

export interface BalanceTransactionFilters {
  readonly currency: string | null
  readonly type: string | null
  readonly source: string | null
  /** A payout's own transaction and everything that it is made of. */
  readonly payout: string | null
}

export function balanceTransactionsSource(
  { account, mode }: Scope,
  { currency, type, source, payout }: BalanceTransactionFilters,
): PageSource {
  return {
    items: `select txn as id, created_ms as at_ms from balance_transactions b
      where account = $1 and mode = $2 and ($3::text is null or currency = $3) and ($4::text is null or type = $4)
        and ($5::text is null or source = $5)
        and ($6::text is null or source = $6 or exists (
          select from payout_items i where i.account = b.account and i.txn = b.txn and i.payout = $6))`,
    values: [account, mode, currency, type, source, payout],
  }
}
