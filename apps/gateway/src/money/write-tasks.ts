import type { Tx } from '../database/transaction.ts'
import type { MoneyTask } from './money-task.ts'

/** In the transaction of their cause. A task that is known by its id stays as it is, done or not. */
export async function writeTasks(tx: Tx, tasks: readonly MoneyTask[]): Promise<void> {
  if (tasks.length === 0) return
  await tx.query(
    `insert into money_tasks (account, task, payment, kind, body, created_ms, due_ms)
     select account, task, payment, kind, body, created_ms, due_ms
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::json[], $6::bigint[], $7::bigint[])
       as v(account, task, payment, kind, body, created_ms, due_ms)
     on conflict do nothing`,
    [
      tasks.map(({ account }) => account),
      tasks.map(({ taskId }) => taskId),
      tasks.map(({ paymentId }) => paymentId),
      tasks.map(({ work }) => work.kind),
      tasks.map(({ work }) => JSON.stringify(work)),
      tasks.map(({ createdMs }) => createdMs),
      tasks.map(({ dueMs }) => dueMs),
    ],
  )
}
