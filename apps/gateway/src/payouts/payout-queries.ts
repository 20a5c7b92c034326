import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { type Payout, PAYOUT_COLUMNS, payoutOf, type PayoutRow } from './payout.ts'

/** In no particular order; ids that are not of this scope are left out. */
export async function findPayouts(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
): Promise<readonly Payout[]> {
  const { rows } = await db.query<PayoutRow>({
    text: `select ${PAYOUT_COLUMNS} from payouts where account = $1 and mode = $2 and payout = any ($3)`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows.map(payoutOf)
}

export interface PayoutFilters {
  readonly status: string | null
  /** Half-open range of the day of arrival. */
  readonly arrivesFromMs: number | null
  readonly arrivesBeforeMs: number | null
}

export function payoutsSource({ account, mode }: Scope, filters: PayoutFilters): PageSource {
  const { status, arrivesFromMs, arrivesBeforeMs } = filters
  return {
    items: `select payout as id, created_ms as at_ms from payouts
      where account = $1 and mode = $2 and ($3::text is null or status = $3)
        and ($4::bigint is null or arrival_ms >= $4) and ($5::bigint is null or arrival_ms < $5)`,
    values: [account, mode, status, arrivesFromMs, arrivesBeforeMs],
  }
}

export async function savePayoutMetadata(
  tx: Tx,
  { account }: Scope,
  payoutId: string,
  metadata: Payout['metadata'],
): Promise<void> {
  await tx.query('update payouts set metadata = $3 where account = $1 and payout = $2', [
    account,
    payoutId,
    JSON.stringify(metadata),
  ])
}
