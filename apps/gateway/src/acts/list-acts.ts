import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { OperatorAct } from './note-act.ts'

/**
 * What people have done by hand, newest first: what `operator_acts` notes, and what lies with its subject because it is a
 * part of it (reviews, closes of the day, and who changed what devices may do). Null is every account, and then what is of the whole gateway too.
 */
export async function listActs(
  db: Pool,
  scope: (Scope | { readonly account: string; readonly mode: null }) | null,
  limit: number,
): Promise<OperatorAct[]> {
  const { rows } = await db.query<OperatorAct>({
    text: `select account, mode, act, by, why, "atMs" from (${ACTS}) acts
      where ($1::text is null or account = $1) and ($2::text is null or mode is null or mode = $2)
      order by "atMs" desc, position desc limit $3`,
    values: [scope?.account ?? null, scope?.mode ?? null, limit],
    types: numericTypes,
  })
  return rows
}

const ACTS = `
  select account, mode, act, done_by as by, why, done_ms as "atMs", position from operator_acts
  union all
  select r.account, d.mode, 'review ' || r.decision || ' ' || coalesce(r.payment, r.device), r.decided_by,
    nullif(r.note, ''), r.decided_ms, 0
  from reviews r join devices d using (account, device)
  union all
  select account, mode, 'day close ' || number || ' of ' || location, closed_by, null, closed_ms, 0 from day_closes
  union all
  select c.account, d.mode, 'offline policy of ' || coalesce(c.device, 'the account'), c.changed_by, null,
    c.changed_ms, c.position
  from offline_policy_changes c left join devices d using (account, device)
  union all
  select c.account, d.mode, 'payment methods of ' || coalesce(c.device, c.location, 'the account'), c.changed_by, null,
    c.changed_ms, c.position
  from payment_method_changes c left join devices d using (account, device)`
