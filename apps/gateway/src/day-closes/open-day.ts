import type { Scope } from '../database/scope.ts'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { DayPlace } from './day-row.ts'
import { dayStartMs } from './day-start.ts'

export interface DayLocation {
  readonly locationName: string
  /** IANA name. */
  readonly timeZone: string
  readonly cutOffMin: number
}

/** The day that runs: what the next close of a location would be. */
export interface OpenDay extends DayLocation {
  readonly number: number
  readonly fromMs: number
  /** Where the first close began; what was sold before is in none. */
  readonly booksFromMs: number
}

/** Null when there is no such location. `forClose` lets one close come after the other. */
export async function readOpenDay(
  db: Tx,
  place: DayPlace,
  { atMs, forClose = false }: { readonly atMs: number; readonly forClose?: boolean },
): Promise<OpenDay | null> {
  const at = await findDayLocation(db, place, { forUpdate: forClose })
  if (at === null) return null
  // After the lock, so that a close that was waited for is seen.
  const closes = await db.query<{
    number: number | null
    untilMs: number | null
    booksFromMs: number | null
  }>({
    text: `select max(number) as number, max(until_ms) as "untilMs", min(from_ms) as "booksFromMs" from day_closes
      where account = $1 and mode = $2 and location = $3`,
    values: [place.account, place.mode, place.location],
    types: numericTypes,
  })
  const { number = null, untilMs = null, booksFromMs = null } = closes.rows[0] ?? {}
  const fromMs = untilMs ?? dayStartMs(atMs, at)
  return { ...at, number: (number ?? 0) + 1, fromMs, booksFromMs: booksFromMs ?? fromMs }
}

/** By name; those that were deleted have no day to close. */
export async function listDayLocations(
  db: Tx,
  { account, mode }: Scope,
): Promise<{ readonly location: string; readonly name: string }[]> {
  const { rows } = await db.query<{ location: string; name: string }>(
    `select location, name from locations
     where account = $1 and (mode is null or mode = $2) and deleted_ms is null order by name, location`,
    [account, mode],
  )
  return rows
}

/** Null when there is no such location in this mode. */
export async function findDayLocation(
  db: Tx,
  { account, mode, location }: DayPlace,
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<DayLocation | null> {
  const { rows } = await db.query<DayLocation>({
    text: `select name as "locationName", time_zone as "timeZone", cut_off_min as "cutOffMin" from locations
      where account = $1 and location = $3 and (mode is null or mode = $2) ${forUpdate ? 'for no key update' : ''}`,
    values: [account, mode, location],
    types: numericTypes,
  })
  return rows[0] ?? null
}
