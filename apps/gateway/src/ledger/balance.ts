import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** Minor units. Below zero where refunds and disputes have taken more than sales have brought. */
export interface Balance {
  readonly currency: Currency
  /** What may be paid out now. */
  readonly availableMinor: number
  /** What is held until its day. */
  readonly pendingMinor: number
}

/** A sum over what was posted, at `nowMs`; by currency. */
export async function readBalances(
  db: Pool | Tx,
  { account, mode }: Scope,
  nowMs: number,
): Promise<readonly Balance[]> {
  const { rows } = await db.query<{ currency: Currency; available: number; pending: number }>({
    text: `select currency,
        coalesce(sum(net_minor) filter (where available_ms <= $3), 0)::bigint as available,
        coalesce(sum(net_minor) filter (where available_ms > $3), 0)::bigint as pending
      from balance_transactions where account = $1 and mode = $2 group by currency order by currency`,
    values: [account, mode, nowMs],
    types: numericTypes,
  })
  return rows.map(({ currency, available, pending }) => ({
    currency,
    availableMinor: available,
    pendingMinor: pending,
  }))
}
