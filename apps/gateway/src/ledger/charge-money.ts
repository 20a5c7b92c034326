import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** What has become of a charge's money. */
export interface ChargeMoney {
  /** Null until its capture was accepted. */
  readonly txn: string | null
  /** Without refunds that wait, have failed or were called off. */
  readonly refundedMinor: number
  /** The newest dispute of it, however that has ended; null for none. */
  readonly dispute: string | null
}

/** By charge; one that nothing is known of is left out. */
export async function readChargeMoney(
  db: Tx,
  { account, mode }: Scope,
  chargeIds: readonly string[],
): Promise<ReadonlyMap<string, ChargeMoney>> {
  const { rows } = await db.query<ChargeMoney & { charge: string }>({
    text: `select charge, max(txn) as txn, coalesce(sum(refunded), 0)::bigint as "refundedMinor",
        max(dispute) as dispute
      from (
        select source as charge, txn, 0 as refunded, null as dispute from balance_transactions
        where account = $1 and mode = $2 and source = any ($3) and cause_kind = 'capture'
        union all
        select charge, null, amount_minor, null from refunds
        where account = $1 and mode = $2 and charge = any ($3) and status in ('submitted', 'succeeded')
        union all
        select charge, null, 0, dispute from disputes
        where account = $1 and mode = $2 and charge = any ($3)
          and payment in (select payment from attempts where account = $1 and charge = any ($3))
      ) as money group by charge`,
    values: [account, mode, chargeIds],
    types: numericTypes,
  })
  return new Map(rows.map(({ charge, ...money }) => [charge, money]))
}
