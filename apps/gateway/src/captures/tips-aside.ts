import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A tip that was written in after its sale and that no card is charged for, until a person has said what becomes of it. */
export interface TipAside {
  readonly paymentId: string
  readonly tipMinor: number
  readonly currency: Currency
  /** `TipRefusal`, or `tip_refused` by the acquirer. */
  readonly code: string
  /** By which an operator has it told again, or closes it: of a task or of a presentment. */
  readonly by: string
  readonly sinceMs: number
}

/** The oldest first. A tip that was written over by a later one is not in it. */
export async function tipsAside(
  pool: Pool,
  { account, mode }: Scope,
  { limit }: { readonly limit: number },
): Promise<TipAside[]> {
  const { rows } = await pool.query<TipAside>({
    text: TIPS,
    values: [account, mode, limit],
    types: numericTypes,
  })
  return rows
}

const TIPS = `
  select t.payment as "paymentId", coalesce((t.body ->> 'tipMinor')::bigint, p.tip_minor) as "tipMinor", p.currency,
    t.attention as code, t.task as by, t.created_ms as "sinceMs"
  from money_tasks t join payments p using (account, payment)
  where t.account = $1 and p.mode = $2 and t.kind in ('approved', 'tip') and t.attention like 'tip\\_%'
    and not exists (select from money_tasks l
      where l.account = t.account and l.payment = t.payment and l.kind = 'tip' and l.position > t.position)
  union all
  select r.payment, r.amount_minor - c.amount_minor + c.tip_minor, r.currency, 'tip_refused', r.presentment, r.created_ms
  from presentments r join captures c on c.account = r.account and c.capture = r.subject
  where r.account = $1 and r.mode = $2 and r.subject_kind = 'tip' and r.attention is not null
  order by "sinceMs", by limit $3`
