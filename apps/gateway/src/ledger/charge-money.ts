import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../payments/payment-queries.ts'
import { numericTypes } from '../store/sql-rows.ts'

/** What has become of a charge's money. */
export interface ChargeMoney {
  /** Null until its capture was accepted. */
  readonly txn: string | null
  /** Without refunds that wait, have failed or were called off. */
  readonly refundedMinor: number
}

/** By charge; one that nothing is known of is left out. */
export async function readChargeMoney(
  db: Tx,
  { account, mode }: Scope,
  chargeIds: readonly string[],
): Promise<ReadonlyMap<string, ChargeMoney>> {
  const { rows } = await db.query<{ charge: string; txn: string | null; refunded: number }>({
    text: `select charge, max(txn) as txn, coalesce(sum(refunded), 0)::bigint as refunded from (
        select source as charge, txn, 0 as refunded from balance_transactions
        where account = $1 and mode = $2 and source = any ($3) and type = 'charge'
        union all
        select charge, null, amount_minor from refunds
        where account = $1 and mode = $2 and charge = any ($3) and status in ('submitted', 'succeeded')
      ) as money group by charge`,
    values: [account, mode, chargeIds],
    types: numericTypes,
  })
  return new Map(rows.map(({ charge, txn, refunded }) => [charge, { txn, refundedMinor: refunded }]))
}
