import type { DayReport, DayReportAnswer } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { numericTypes } from '../database/sql-rows.ts'
import type { DayFact } from './day-fact.ts'
import { type DayPlace, readDayClose, readDayItems } from './day-row.ts'
import { type DayLocation, findDayLocation, readOpenDay } from './open-day.ts'
import { readDayFacts } from './read-day-facts.ts'
import { sumDay } from './sum-day.ts'

/** X: the day until now; nothing is closed. Null when there is no such location. */
export async function readDayReport(
  pool: Pool,
  place: DayPlace,
  nowMs: number,
): Promise<DayReportAnswer | null> {
  const day = await readOpenDay(pool, place, { atMs: nowMs })
  if (day === null) return null
  // A clock that was set back does not make a day that ends before it begins.
  const untilMs = Math.max(nowMs, day.fromMs)
  const facts = await readDayFacts(pool, place, { ...day, untilMs })
  const devices = await readDevices(pool, place)
  const { number, fromMs } = day
  return {
    report: reportOf({ place, at: day, number, fromMs, untilMs, closed: null }, facts, devices),
    behind: devices
      .filter(({ isHere, missing, silentSinceMs }) => isHere && (missing > 0 || silentSinceMs !== null))
      .map(({ device, name, missing, silentSinceMs }) => ({ device, name, missing, silentSinceMs })),
  }
}

/** Z: as it was known when it was closed. Null when there is no such close. */
export async function readClosedDay(pool: Pool, place: DayPlace, number: number): Promise<DayReport | null> {
  const at = await findDayLocation(pool, place)
  const close = await readDayClose(pool, place, number)
  if (at === null || close === null) return null
  const { fromMs, untilMs, closedMs, by } = close
  const facts = await readDayItems(pool, place, number)
  const head = { place, at, number, fromMs, untilMs, closed: { atMs: closedMs, by } }
  return reportOf(head, facts, await readDevices(pool, place))
}

interface ReportHead extends Pick<DayReport, 'number' | 'fromMs' | 'untilMs' | 'closed'> {
  readonly place: DayPlace
  readonly at: DayLocation
}

function reportOf(
  { place, at: { locationName, timeZone }, ...head }: ReportHead,
  facts: readonly DayFact[],
  devices: readonly DayDevice[],
): DayReport {
  const sums = sumDay(facts)
  const nameOf = (device: string) => devices.find((known) => known.device === device)?.name ?? device
  return {
    location: place.location,
    locationName,
    timeZone,
    ...head,
    ...sums,
    devices: sums.devices.map(({ device, totals }) => ({ device, name: nameOf(device), totals })),
  }
}

interface DayDevice {
  readonly device: string
  readonly name: string
  /** Records that it has stated and not delivered. */
  readonly missing: number
  /** Null while it is in contact. */
  readonly silentSinceMs: number | null
  /** Sells in this location now. */
  readonly isHere: boolean
}

/** All of the account's: one that has moved to another location since has sold here all the same. */
async function readDevices(pool: Pool, { account, mode, location }: DayPlace): Promise<DayDevice[]> {
  const { rows } = await pool.query<DayDevice>({
    text: `select d.device, d.name, greatest(d.stated_seq - d.received_seq, 0) as missing,
        case p.state when 'offline' then p.since_ms end as "silentSinceMs",
        d.location = $3 and d.status = 'active' as "isHere"
      from devices d left join device_presence p using (account, device)
      where d.account = $1 and d.mode = $2 order by d.created_ms, d.device`,
    values: [account, mode, location],
    types: numericTypes,
  })
  return rows
}
