import { idDigits } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { recordEvent } from '../events/record-event.ts'
import type { NoticeWord } from './notice.ts'

/** In one transaction; small enough to be over long before anybody waits for it. */
const ACCOUNTS_AT_ONCE = 100

/** A change that is still to be told. */
export interface UntoldChange {
  readonly notice: string
  readonly number: number
  readonly word: NoticeWord
  readonly atMs: number
  /** A maintenance began or ended as it was announced, and nobody has written a word to it. */
  readonly isSilent: boolean
}

interface Untold extends UntoldChange {
  readonly toldTo: string
}

/**
 * Tells the next accounts of the oldest change that not all have heard of: an event for each mode with an endpoint that
 * wants it, and what `follow` does. How far it has come is written in the same transaction, and the row is locked
 * meanwhile: killed, it begins again where it was, and of two processes one tells. False when everything is told.
 */
export async function tellNotices(
  pool: Pool,
  nowMs: number,
  follow: (tx: Tx, change: UntoldChange, accounts: readonly string[]) => Promise<void> = () =>
    Promise.resolve(),
): Promise<boolean> {
  return transaction(pool, async (tx) => {
    const found = await tx.query<Untold>({
      text: `select c.notice, c.number, c.word, c.at_ms as "atMs", c.told_to as "toldTo",
          n.kind = 'maintenance' and c.word in ('started', 'ended')
            and num_nonnulls(c.text_en, c.text_fr, c.text_es) = 0 as "isSilent"
        from notice_changes c join notices n using (notice) where c.told_ms is null
        order by c.at_ms, c.notice, c.number limit 1 for update of c skip locked`,
      types: numericTypes,
    })
    const change = found.rows[0]
    if (change === undefined) return false
    const { rows } = await tx.query<{ account: string }>(
      'select account from accounts where account > $1 order by account limit $2',
      [change.toldTo, ACCOUNTS_AT_ONCE],
    )
    const accounts = rows.map(({ account }) => account)
    await recordEvents(tx, change, accounts)
    await follow(tx, change, accounts)
    const isLast = accounts.length < ACCOUNTS_AT_ONCE
    await tx.query('update notice_changes set told_to = $3, told_ms = $4 where notice = $1 and number = $2', [
      change.notice,
      change.number,
      accounts.at(-1) ?? change.toldTo,
      isLast ? nowMs : null,
    ])
    return true
  })
}

/** The id follows from the change, so it is the same however often it is told. */
async function recordEvents(tx: Tx, change: UntoldChange, accounts: readonly string[]): Promise<void> {
  const { notice, number, word, atMs } = change
  const type = `notice.${word}` as const
  const { rows } = await tx.query<{ account: string; mode: Mode }>(
    `select distinct account, mode from webhook_endpoints
     where account = any ($1) and status = 'enabled' and enabled_events && array['*', $2]`,
    [accounts, type],
  )
  for (const { account, mode } of rows) {
    const eventId = `evt_${idDigits(notice)}_${number}_${mode}`
    await recordEvent(tx, { account, mode, type, object: 'notice', id: notice, atMs, eventId })
  }
}
