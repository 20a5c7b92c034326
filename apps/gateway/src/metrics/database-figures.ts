import type { Increment } from '@holdfast/core'
import type { Pool } from 'pg'
import { LATE, type LateKind, lateSinceMs } from '../presentments/late-presentments.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface DatabaseFigures {
  readonly due: number
  /** 0 when nothing is due. */
  readonly dueOldestMs: number
  readonly attention: number
  readonly atRisk: readonly { readonly currency: string; readonly minor: number; readonly count: number }[]
  /** What nears the end of its window at the acquirer (MC5). */
  readonly late: readonly { readonly what: LateKind; readonly count: number }[]
  /** More that was asked for on holds, and that nobody answered in time. */
  readonly stuckIncrements: readonly { readonly state: Increment['state']; readonly count: number }[]
  /** Events that nobody was told of yet. */
  readonly unpublishedEvents: number
  /** Jobs whose time has come. */
  readonly dueJobs: number
  /** Jobs that were given up, for a human. */
  readonly parkedJobs: number
}

/** Beyond that it is a long queue, and counting it would cost more than knowing is worth. */
const COUNT_MAX = 100_000
const WITHIN_MS = 2_000

/** Null when the database does not answer in time. */
export async function readDatabaseFigures(
  pool: Pool,
  asked: { readonly link: string; readonly nowMs: number; readonly captureWithinMs: number },
): Promise<DatabaseFigures | null> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), WITHIN_MS)
  try {
    return await Promise.race([late.promise, read(pool, asked)])
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}

async function read(
  pool: Pool,
  { link, nowMs, captureWithinMs }: Parameters<typeof readDatabaseFigures>[1],
): Promise<DatabaseFigures> {
  const ask = async <Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await pool.query<Row>({ text, values: [...values], types: numericTypes })).rows
  const [due] = await ask<{ count: number; oldest_ms: number | null }>(DUE, [link, nowMs])
  const [waiting] = await ask<{ count: number }>(ATTENTION, [])
  const atRisk = await ask<{ currency: string; minor: number; count: number }>(AT_RISK, [])
  const late = await ask<{ what: LateKind; count: number }>(
    `select what, count(*) as count from (${LATE} limit ${COUNT_MAX}) late group by what`,
    [link, lateSinceMs({ nowMs, captureWithinMs })],
  )
  const stuckIncrements = await ask<DatabaseFigures['stuckIncrements'][number]>(STUCK_INCREMENTS, [nowMs])
  const [outbox] = await ask<{ events: number; due_jobs: number; parked_jobs: number }>(OUTBOX, [nowMs])
  return {
    due: due?.count ?? 0,
    dueOldestMs: due?.oldest_ms === null || due === undefined ? 0 : Math.max(0, nowMs - due.oldest_ms),
    attention: waiting?.count ?? 0,
    atRisk,
    late,
    stuckIncrements,
    unpublishedEvents: outbox?.events ?? 0,
    dueJobs: outbox?.due_jobs ?? 0,
    parkedJobs: outbox?.parked_jobs ?? 0,
  }
}

const DUE = `
  select count(*) as count, min(opened_ms) as oldest_ms from (
    select opened_ms from payments
    where link = $1 and due_ms is not null and due_ms <= $2 and attention is null
    limit ${COUNT_MAX}
  ) due`

const ATTENTION = `
  select count(*) as count from (
    select 1 from payments where word = 'accepted' and status = 'processing' and attention is not null
    limit ${COUNT_MAX}
  ) waiting`

const AT_RISK = `
  select currency, sum(amount_minor)::bigint as minor, count(*) as count from payments
  where word = 'accepted' and status = 'processing' group by currency`

const STUCK_INCREMENTS = `
  select state, count(*) as count from (
    select state from increments where due_ms is not null and ask_before_ms < $1
    limit ${COUNT_MAX}
  ) stuck group by state`

const OUTBOX = `
  select
    (select count(*) from (select 1 from events where published_ms is null limit ${COUNT_MAX}) untold) as events,
    (select count(*) from (
      select 1 from jobs where run_at_ms <= $1 and parked_ms is null limit ${COUNT_MAX}) waiting) as due_jobs,
    (select count(*) from jobs where parked_ms is not null) as parked_jobs`
