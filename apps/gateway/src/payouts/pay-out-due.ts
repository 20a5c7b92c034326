import { type Clock, type IdSource, must } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { readBalances } from '../ledger/balance.ts'
import { createPayout } from './create-payout.ts'
import type { Payout } from './payout.ts'
import { findPayoutSchedule, nextPayoutMs } from './payout-schedule.ts'

const IDLE_MS = 15_000

interface PayOutDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
}

/** Pays out by schedule. Any number of processes may do it. */
export function createPayOutLoop(deps: PayOutDeps): PollLoop {
  const { clock, log } = deps
  return createPollLoop({
    name: 'payouts',
    clock,
    log,
    idleMs: IDLE_MS,
    async step() {
      await payOutDue(deps)
      return false
    },
  })
}

/** Every account whose moment has come, each in a transaction of its own; one that fails holds up no other. */
export async function payOutDue({ pool, clock, randomBytes, log }: PayOutDeps): Promise<readonly Payout[]> {
  const ids: IdSource = { wallMs: () => clock.wallMs(), randomBytes }
  const { rows } = await pool.query<{ account: string }>(
    'select account from payout_schedules where next_ms <= $1 order by next_ms',
    [clock.wallMs()],
  )
  const paid: Payout[] = []
  for (const { account } of rows) {
    try {
      paid.push(...(await transaction(pool, (tx) => payOutAccount(tx, account, ids))))
    } catch (error) {
      log.error({ account, error: String(error) }, 'could not be paid out, will be tried again')
    }
  }
  if (paid.length > 0) log.info({ payouts: paid.length }, 'paid out by schedule')
  return paid
}

/**
 * The schedule is moved on with the payouts: killed before COMMIT nothing has happened, and a second process finds it
 * taken or moved. However long nobody was there, it is one payout.
 */
async function payOutAccount(tx: Tx, account: string, ids: IdSource): Promise<readonly Payout[]> {
  const nowMs = ids.wallMs()
  const { rowCount } = await tx.query(
    'select from payout_schedules where account = $1 and next_ms <= $2 for update skip locked',
    [account, nowMs],
  )
  if (rowCount !== 1) return []
  const schedule = must(await findPayoutSchedule(tx, account), 'its row is locked')
  await tx.query('update payout_schedules set next_ms = $2 where account = $1', [
    account,
    nextPayoutMs(nowMs, schedule),
  ])
  const paid: Payout[] = []
  for (const mode of ['test', 'live'] as const) {
    for (const { currency, availableMinor } of await readBalances(tx, { account, mode }, nowMs)) {
      if (availableMinor < 1) continue
      const wanted = { account, mode, currency, amountMinor: null, description: null }
      const created = await createPayout(tx, wanted, ids)
      // Without a bank account in that currency it stays in the balance; an account that the acquirer pays has none.
      if (created.ok) paid.push(created.payout)
    }
  }
  return paid
}
