import { type IdSource, must, newId } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { ComponentName } from './component-name.ts'
import type { KnownNotice, NoticeTexts } from './known-notice.ts'
import {
  moveNotice,
  type Notice,
  type NoticeMoved,
  type NoticeRefusal,
  type NoticeStep,
  type NoticeWord,
} from './notice.ts'
import { columnsOf, selectNotices } from './notice-row.ts'

/** Each change is written together with the row that has it told: one is never without the other. */
export async function announceNotice(
  tx: Tx,
  announced: {
    readonly notice: Notice
    readonly touches: readonly ComponentName[]
    readonly texts: NoticeTexts
  },
  ids: IdSource,
): Promise<string> {
  const { notice, touches, texts } = announced
  const id = newId('ntc', ids)
  const atMs = ids.wallMs()
  const { kind, state, starts_ms, ends_ms } = columnsOf(notice)
  await tx.query(
    `insert into notices (notice, kind, state, touches, starts_ms, ends_ms, changed_ms)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, kind, state, touches, starts_ms, ends_ms, atMs],
  )
  const word = kind === 'maintenance' ? 'planned' : 'started'
  await writeChange(tx, id, { number: 1, word, atMs, texts })
  return id
}

/** Under the lock of its row, so that of two who change it the second sees what the first has done. */
export async function changeNotice(
  tx: Tx,
  id: string,
  change: { readonly step: NoticeStep; readonly texts: NoticeTexts | null },
  nowMs: number,
): Promise<NoticeMoved | NoticeRefusal | 'notice_unknown'> {
  await tx.query('select from notices where notice = $1 for update', [id])
  const [known] = await selectNotices(tx, 'n.notice = $1', [id])
  if (known === undefined) return 'notice_unknown'
  // A clock that was set back does not put the order of what was said into doubt.
  const moved = moveNotice(known.notice, change.step, Math.max(nowMs, known.changedMs))
  if (typeof moved === 'string') return moved
  await writeMove(tx, known, moved, change.texts)
  return moved
}

/** All whose window begins or ends; how many there were. Any number of processes may do this. */
export async function passNoticeTime(pool: Pool, nowMs: number): Promise<number> {
  const due = await pool.query<{ notice: string }>(
    `select notice from notices
     where state in ('planned', 'running') and case state when 'planned' then starts_ms else ends_ms end <= $1`,
    [nowMs],
  )
  for (const { notice } of due.rows) {
    await transaction(pool, (tx) =>
      changeNotice(tx, notice, { step: { do: 'pass_time' }, texts: null }, nowMs),
    )
  }
  return due.rows.length
}

async function writeMove(
  tx: Tx,
  { id, changedMs, changes }: KnownNotice,
  { notice, word, atMs: at }: NoticeMoved,
  texts: NoticeTexts | null,
): Promise<void> {
  const atMs = Math.max(at, changedMs)
  const { state, starts_ms, ends_ms } = columnsOf(notice)
  await tx.query(
    'update notices set state = $2, starts_ms = $3, ends_ms = $4, changed_ms = $5 where notice = $1',
    [id, state, starts_ms, ends_ms, atMs],
  )
  const { number } = must(changes.at(-1), 'an announcement is its first change')
  await writeChange(tx, id, { number: number + 1, word, atMs, texts })
}

async function writeChange(
  tx: Tx,
  id: string,
  change: {
    readonly number: number
    readonly word: NoticeWord
    readonly atMs: number
    readonly texts: NoticeTexts | null
  },
): Promise<void> {
  const { number, word, atMs, texts } = change
  await tx.query(
    `insert into notice_changes (notice, number, word, at_ms, text_en, text_fr, text_es)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, number, word, atMs, texts?.en ?? null, texts?.fr ?? null, texts?.es ?? null],
  )
}
