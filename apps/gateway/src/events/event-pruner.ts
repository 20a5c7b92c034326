import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { pruneEvents } from './prune-events.ts'

const IDLE_MS = 60 * 60_000

/** Forgets what is over its time, hourly, some at a time until nothing is left. */
export function createEventPruner({
  pool,
  clock,
  log,
}: {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Log
}): PollLoop {
  async function step(): Promise<boolean> {
    const pruned = await transaction(pool, (tx) => pruneEvents(tx, clock.wallMs()))
    if (pruned > 0) log.info({ pruned }, 'old events forgotten')
    return pruned > 0
  }
  return createPollLoop({ name: 'old events', clock, log, idleMs: IDLE_MS, step })
}
