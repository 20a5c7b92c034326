import type { ErrorCode } from '@holdfast/protocol'
import type { DayClose, DayReport } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { readOpenDay } from './open-day.ts'
import { type DayPlace, insertDayClose, readDayClose } from './day-row.ts'
import { readClosedDay } from './read-day-report.ts'
import { readDayFacts } from './read-day-facts.ts'

export type DayClosed =
  | { readonly ok: true; readonly report: DayReport }
  | { readonly ok: false; readonly code: ErrorCode; readonly param?: string }

/**
 * Z: freezes what is known of the day, and what became known of earlier ones. A number that is closed already is what was
 * wanted, whoever closed it: an answer that was lost, or two people at once, close one day.
 */
export async function closeDay(
  pool: Pool,
  place: DayPlace,
  { number, untilMs: wantedMs, by }: DayClose,
  from: { readonly nowMs: number; readonly keyPrefix: string },
): Promise<DayClosed> {
  const { nowMs, keyPrefix } = from
  const untilMs = wantedMs ?? nowMs
  if (untilMs > nowMs) return { ok: false, code: 'day_not_over', param: 'untilMs' }
  const refused = await transaction(pool, async (tx): Promise<ErrorCode | null> => {
    const day = await readOpenDay(tx, place, { atMs: untilMs, forClose: true })
    if (day === null) return 'not_found'
    if ((await readDayClose(tx, place, number)) !== null) return null
    if (number !== day.number) return 'day_close_other_number'
    if (untilMs <= day.fromMs) return 'day_closed_later'
    const facts = await readDayFacts(tx, place, { ...day, untilMs })
    const row = { number, fromMs: day.fromMs, untilMs, closedMs: nowMs, by, keyPrefix }
    await insertDayClose(tx, place, row, facts)
    return null
  })
  if (refused === 'not_found') return { ok: false, code: refused }
  if (refused !== null)
    return { ok: false, code: refused, param: refused === 'day_closed_later' ? 'untilMs' : 'number' }
  const report = await readClosedDay(pool, place, number)
  return report === null ? { ok: false, code: 'not_found' } : { ok: true, report }
}
