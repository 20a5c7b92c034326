import type { Tx } from '../database/transaction.ts'
import { isOver, type KnownNotice, startsMs } from './known-notice.ts'
import { selectNotices } from './notice-row.ts'

/** So long what is over is shown. */
const HISTORY_MS = 90 * 24 * 60 * 60_000

/** What a reader asks: what is now, what comes, what was. */
export interface Notices {
  readonly running: readonly KnownNotice[]
  /** The nearest first. */
  readonly planned: readonly KnownNotice[]
  /** Of the last 90 days, the latest first. */
  readonly past: readonly KnownNotice[]
}

export async function readNotices(db: Pick<Tx, 'query'>, nowMs: number): Promise<Notices> {
  const known = await selectNotices(
    db,
    `n.state in ('planned', 'running', 'investigating', 'monitoring') or n.changed_ms > $1`,
    [nowMs - HISTORY_MS],
  )
  const open = known.filter((each) => !isOver(each)).toSorted((a, b) => startsMs(a) - startsMs(b))
  return {
    running: open.filter(({ notice }) => notice.state !== 'planned'),
    planned: open.filter(({ notice }) => notice.state === 'planned'),
    past: known.filter(isOver),
  }
}
