import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { moneyWork, type MoneyWork } from './money-task.ts'

/** A task that was set aside: a person has to look. */
export interface ParkedTask {
  readonly account: string
  readonly taskId: string
  readonly paymentId: string
  readonly work: MoneyWork
  /** Why; `failed` where it was tried in vain for about an hour. */
  readonly attention: string
  readonly createdMs: number
}

/** The oldest first. */
export async function parkedTasks(
  tx: Tx,
  { account, limit }: { readonly account: string | null; readonly limit: number },
): Promise<ParkedTask[]> {
  const { rows } = await tx.query<Omit<ParkedTask, 'work'> & { readonly body: unknown }>({
    text: `select account, task as "taskId", payment as "paymentId", body, attention, created_ms as "createdMs"
      from money_tasks where attention is not null and ($1::text is null or account = $1)
      order by created_ms, position limit $2`,
    values: [account, limit],
    types: numericTypes,
  })
  return rows.map(({ body, ...row }) => ({ ...row, work: moneyWork.parse(body) }))
}

/** Due again now, or over without an effect; of whom it was. Null when no such task is set aside. */
export async function resolveParkedTask(
  tx: Tx,
  taskId: string,
  { how, nowMs }: { readonly how: 'retried' | 'closed'; readonly nowMs: number },
): Promise<{ readonly account: string; readonly mode: Mode | null } | null> {
  const { rows } = await tx.query<{ account: string; mode: Mode | null }>(
    `update money_tasks t set attention = null, tries = 0,
       due_ms = case $2 when 'retried' then $3::bigint else due_ms end,
       done_ms = case $2 when 'closed' then $3::bigint end
     where task = $1 and attention is not null
     returning account, (select mode from payments p where p.account = t.account and p.payment = t.payment) as mode`,
    [taskId, how, nowMs],
  )
  return rows[0] ?? null
}
