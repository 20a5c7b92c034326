import type { Clock, Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import type { Log } from '../ports/log.ts'

const IDLE_MS = 15_000

/** Tells when money becomes available. Any number of processes may do it. */
export function createAvailableLoop({
  pool,
  clock,
  log,
}: {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Log
}): PollLoop {
  const step = async () => (await tellAvailable(pool, clock.wallMs())) > 0
  return createPollLoop({ name: 'available balances', clock, log, idleMs: IDLE_MS, step })
}

/**
 * `balance.available` for one account with everything that has become available since it was last looked at: one event
 * for each mode and currency. What is told is taken away in the transaction of the event, so each arrival is in one
 * event and in no second one; the account's row keeps two processes from sharing one moment between them. How many
 * events there were.
 */
export function tellAvailable(pool: Pool, nowMs: number): Promise<number> {
  return transaction(pool, async (tx) => {
    const { rows: accounts } = await tx.query<{ account: string }>(
      `select account from accounts a
       where account = (select account from balance_arrivals where available_ms <= $1 order by available_ms limit 1)
       for no key update skip locked`,
      [nowMs],
    )
    const [due] = accounts
    if (due === undefined) return 0
    const { rows } = await tx.query<{ mode: Mode; currency: Currency }>(
      `with arrived as (
         delete from balance_arrivals where account = $1 and available_ms <= $2 returning mode, currency)
       select distinct mode, currency from arrived order by mode, currency`,
      [due.account, nowMs],
    )
    for (const { mode, currency } of rows) {
      const about = { type: 'balance.available', object: 'balance', id: currency } as const
      await recordEvent(tx, { account: due.account, mode, ...about, atMs: nowMs })
    }
    return rows.length
  })
}
