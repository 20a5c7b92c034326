import { type Currency, type IdSource, must, newId } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { nextCutOffMs } from './cut-off.ts'

export interface BatchKey {
  readonly account: string
  readonly mode: Mode
  readonly link: string
  readonly terminalId: string
  readonly currency: Currency
}

const TRIES_MAX = 5

/**
 * The batch that what is presented now belongs to: the open one, or a new one. It stays open until this transaction has
 * ended; no row is written, so terminals that sell much wait for nobody.
 */
export async function joinBatch(tx: Tx, key: BatchKey, ids: IdSource): Promise<string> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { rows } = await tx.query<{ batch: string }>(
      `select batch from batches
       where account = $1 and link = $2 and terminal_id = $3 and currency = $4 and state = 'open' for share`,
      [key.account, key.link, key.terminalId, key.currency],
    )
    if (rows[0] !== undefined) return rows[0].batch
    await openBatch(tx, key, ids)
  }
  throw new Error('batches of this terminal are closed as fast as they open')
}

async function openBatch(tx: Tx, key: BatchKey, ids: IdSource): Promise<void> {
  const { rows } = await tx.query<{
    location: string
    timeZone: string
    cutOffMin: number
    last: string | null
  }>({
    text: `select d.location, l.time_zone as "timeZone", l.cut_off_min as "cutOffMin",
        (select b.number from batches b
          where b.account = d.account and b.link = $3 and b.terminal_id = d.terminal_id and b.currency = $4
          order by b.opened_ms desc, b.batch desc limit 1) as last
      from devices d join locations l using (account, location) where d.account = $1 and d.terminal_id = $2`,
    values: [key.account, key.terminalId, key.link, key.currency],
    types: numericTypes,
  })
  const { location, timeZone, cutOffMin, last } = must(rows[0], 'a terminal is of a device')
  const openedMs = ids.wallMs()
  await tx.query(
    `insert into batches (account, batch, mode, link, terminal_id, location, currency, number, state, opened_ms, cut_off_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10) on conflict do nothing`,
    [
      key.account,
      newId('bat', ids),
      key.mode,
      key.link,
      key.terminalId,
      location,
      key.currency,
      numberAfter(last),
      openedMs,
      nextCutOffMs(openedMs, { timeZone, cutOffMin }),
    ],
  )
}

const NUMBERS = 999_999

function numberAfter(last: string | null): string {
  const next = last === null ? 1 : (Number(last) % NUMBERS) + 1
  return String(next).padStart(6, '0')
}
