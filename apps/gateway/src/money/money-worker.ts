import { type Clock, must } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { type MoneyTask, moneyWork, type MoneyWork } from './money-task.ts'

const IDLE_MS = 500
const AT_ONCE = 4
/** About an hour of trying. What fails so long is not mended by trying. */
const TRIES_MAX = 12
const RETRY_BASE_MS = 1_000
const RETRY_MAX_MS = 600_000

export type TaskEnd = (
  | { readonly do: 'done' }
  /** Its payment is not decided yet. It is due again when that happens, or then. */
  | { readonly do: 'wait'; readonly untilMs: number }
  /** A human has to look: `code` says why. */
  | { readonly do: 'park'; readonly code: string }
) & {
  /** Called when all of it is durable. For hints only: the process may die before it. */
  readonly committed?: () => Promise<void>
}

/** Everything that it writes goes through `tx`, so that effect and end of the task are there together or not at all. */
type TaskHandler<Kind extends MoneyWork['kind']> = (
  tx: Tx,
  task: MoneyTask & { readonly work: Extract<MoneyWork, { readonly kind: Kind }> },
) => Promise<TaskEnd>

export type TaskHandlers = { readonly [Kind in MoneyWork['kind']]?: TaskHandler<Kind> }

export interface MoneyWorkerDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Log
  /** Tasks of other kinds are left for a process that knows them. */
  readonly handlers: TaskHandlers
}

export interface MoneyWorker extends PollLoop {
  /** Does what is due, until nothing is; how many tasks there were. */
  runDue(): Promise<number>
}

/**
 * Does the tasks that payments hand over: those of one payment in their order, one at a time; those of different
 * payments side by side, by any number of processes. One that fails is tried again later and holds up no other payment.
 */
export function createMoneyWorker(deps: MoneyWorkerDeps): MoneyWorker {
  const { clock, log } = deps
  async function runDue(): Promise<number> {
    const lane = async (): Promise<number> => {
      let count = 0
      while (await runOne(deps)) count += 1
      return count
    }
    const counts = await Promise.all(Array.from({ length: AT_ONCE }, lane))
    return counts.reduce((sum, count) => sum + count, 0)
  }
  const step = async () => (await runDue()) > 0
  return { ...createPollLoop({ name: 'money', clock, log, idleMs: IDLE_MS, step }), runDue }
}

interface TaskRow {
  readonly account: string
  readonly task: string
  readonly payment: string
  readonly body: unknown
  readonly created_ms: number
  readonly due_ms: number
}

/** False when nothing is due. */
async function runOne(deps: MoneyWorkerDeps): Promise<boolean> {
  let taken: TaskRow | undefined
  let end: TaskEnd | undefined
  try {
    end = await transaction(deps.pool, async (tx) => {
      taken = await takeTask(tx, deps)
      if (taken === undefined) return undefined
      const task = taskOf(taken)
      const ended = await handle(deps.handlers, tx, task)
      await endTask(tx, task, ended, deps.clock.wallMs())
      return ended
    })
  } catch (error) {
    if (taken === undefined) throw error
    await noteFailure(deps, taken, error)
  }
  await end?.committed?.()
  return taken !== undefined
}

/** The lock is the ownership: a process that dies lets go of it, with everything that it had not committed. */
async function takeTask(tx: Tx, { clock, handlers }: MoneyWorkerDeps): Promise<TaskRow | undefined> {
  const { rows } = await tx.query<TaskRow>({
    text: `
      select account, task, payment, body, created_ms, due_ms from money_tasks t
      where due_ms <= $1 and done_ms is null and attention is null and kind = any ($2)
        and not exists (
          select from money_tasks e
          where e.account = t.account and e.payment = t.payment and e.position < t.position
            and e.done_ms is null and e.attention is null and e.due_ms <= $1 and e.kind = any ($2))
      order by due_ms, position limit 1 for update skip locked`,
    values: [clock.wallMs(), Object.keys(handlers)],
    types: numericTypes,
  })
  return rows[0]
}

function taskOf(row: TaskRow): MoneyTask {
  const { account, task: taskId, payment: paymentId, created_ms: createdMs, due_ms: dueMs } = row
  return { account, taskId, paymentId, work: moneyWork.parse(row.body), createdMs, dueMs }
}

function handle(handlers: TaskHandlers, tx: Tx, task: MoneyTask): Promise<TaskEnd> {
  // The table of handlers pairs each kind with its own work, which TypeScript cannot follow through an index.
  const handler = handlers[task.work.kind] as TaskHandler<MoneyWork['kind']> | undefined
  return must(handler, 'only kinds with a handler are taken')(tx, task)
}

async function endTask(tx: Tx, { account, taskId }: MoneyTask, end: TaskEnd, nowMs: number): Promise<void> {
  await tx.query(
    `update money_tasks set
       done_ms = case when $3 = 'done' then $4::bigint end,
       due_ms = case when $3 = 'wait' then $5::bigint else due_ms end,
       attention = $6
     where account = $1 and task = $2`,
    [
      account,
      taskId,
      end.do,
      nowMs,
      end.do === 'wait' ? end.untilMs : null,
      end.do === 'park' ? end.code : null,
    ],
  )
}

/** Whatever it had written is gone with its transaction. What fails for ever is parked, and the others go on. */
async function noteFailure(
  { pool, clock, log }: MoneyWorkerDeps,
  row: TaskRow,
  error: unknown,
): Promise<void> {
  const { account, task } = row
  const { rows } = await pool.query<{ tries: number; attention: string | null }>(
    `update money_tasks set tries = tries + 1,
       due_ms = $3::bigint + least($4::bigint * (2 ^ least(tries, 20))::bigint, $5::bigint),
       attention = case when tries + 1 >= $6 then 'failed' end
     where account = $1 and task = $2 and done_ms is null
     returning tries, attention`,
    [account, task, clock.wallMs(), RETRY_BASE_MS, RETRY_MAX_MS, TRIES_MAX],
  )
  const parked = rows[0]?.attention !== null
  const fields = { account, task, tries: rows[0]?.tries, error: String(error) }
  if (parked) log.error(fields, 'money task given up')
  else log.info(fields, 'money task failed, will be tried again')
}

/** What waited for its payment to be decided is due now. */
export async function wakeTasks(
  tx: Tx,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update money_tasks set due_ms = $3
     where account = $1 and payment = $2 and done_ms is null and attention is null and due_ms > $3
       and kind in ('tip', 'capture_request', 'refund_request')`,
    [account, paymentId, nowMs],
  )
}
