import { nextCutOffMs } from '../batches/cut-off.ts'
import type { Tx } from '../database/transaction.ts'

/** When everything that is available is paid out by itself. How long a sale is held before that says `holdDays`. */
export type PayoutSchedule = {
  /** Minutes since midnight, on a clock in `timeZone`. */
  readonly atMin: number
  /** IANA name. */
  readonly timeZone: string
} & (
  | { readonly every: 'day' }
  /** ISO: 1 is Monday. */
  | { readonly every: 'week'; readonly weekday: number }
)

/** The first moment after `afterMs`; a day of the zone may have 23 or 25 hours. */
export function nextPayoutMs(afterMs: number, schedule: PayoutSchedule): number {
  const { timeZone, atMin: cutOffMin } = schedule
  let atMs = nextCutOffMs(afterMs, { timeZone, cutOffMin })
  while (schedule.every === 'week' && weekdayOf(atMs, timeZone) !== schedule.weekday)
    atMs = nextCutOffMs(atMs, { timeZone, cutOffMin })
  return atMs
}

/** Null: by hand. */
export async function findPayoutSchedule(tx: Tx, account: string): Promise<PayoutSchedule | null> {
  const { rows } = await tx.query<{
    every: PayoutSchedule['every']
    weekday: number | null
    atMin: number
    timeZone: string
  }>(
    `select every, weekday, at_min as "atMin", time_zone as "timeZone" from payout_schedules where account = $1`,
    [account],
  )
  const row = rows[0]
  if (row === undefined) return null
  const { every, weekday, ...clock } = row
  return every === 'week' ? { ...clock, every, weekday: weekday ?? 1 } : { ...clock, every }
}

/** From `nowMs` on; null: by hand again. */
export async function setPayoutSchedule(
  tx: Tx,
  account: string,
  schedule: PayoutSchedule | null,
  nowMs: number,
): Promise<void> {
  if (schedule === null) {
    await tx.query('delete from payout_schedules where account = $1', [account])
    return
  }
  const { every, atMin, timeZone } = schedule
  await tx.query(
    `insert into payout_schedules (account, every, weekday, at_min, time_zone, next_ms) values ($1, $2, $3, $4, $5, $6)
     on conflict (account) do update set every = excluded.every, weekday = excluded.weekday, at_min = excluded.at_min,
       time_zone = excluded.time_zone, next_ms = excluded.next_ms`,
    [
      account,
      every,
      schedule.every === 'week' ? schedule.weekday : null,
      atMin,
      timeZone,
      nextPayoutMs(nowMs, schedule),
    ],
  )
}

function weekdayOf(atMs: number, timeZone: string): number {
  const name = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short' }).format(atMs)
  return ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(name) + 1
}
