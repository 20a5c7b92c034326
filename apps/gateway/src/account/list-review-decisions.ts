import type { AccountReviewDecision, ReviewDecisionsQuery } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** Newest first. */
export async function listReviewDecisions(
  pool: Pool,
  { account, mode }: Scope,
  {
    payment = null,
    limit,
  }: Omit<ReviewDecisionsQuery, 'payment'> & { readonly payment?: string | null | undefined },
): Promise<AccountReviewDecision[]> {
  const { rows } = await pool.query<AccountReviewDecision>({
    text: `
      select v.review, v.decision, v.waited_for as "waitedFor", v.device, v.payment, v.decided_by as by, v.note,
        v.decided_ms as "decidedMs"
      from reviews v join devices d using (account, device)
      where v.account = $1 and d.mode = $2 and ($3::text is null or v.payment = $3)
      order by v.decided_ms desc, v.review desc limit $4`,
    values: [account, mode, payment, limit],
    types: numericTypes,
  })
  return rows
}
