import { must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { ComponentName } from './component-name.ts'
import type { KnownNotice, NoticeChange } from './known-notice.ts'
import type { Notice } from './notice.ts'

/** The columns of `notices` that hold its state. */
export interface NoticeColumns {
  readonly kind: Notice['kind']
  readonly state: Notice['state']
  readonly starts_ms: number
  readonly ends_ms: number | null
}

export function columnsOf(notice: Notice): NoticeColumns {
  const { kind, state } = notice
  if (notice.kind === 'incident') return { kind, state, starts_ms: notice.beganMs, ends_ms: null }
  return { kind, state, starts_ms: notice.window.fromMs, ends_ms: notice.window.toMs }
}

/** Those that `where` names, the latest change first; at most `limit`. */
export async function selectNotices(
  db: Pick<Tx, 'query'>,
  where: string,
  values: readonly unknown[],
  limit = 200,
): Promise<KnownNotice[]> {
  const { rows } = await db.query<NoticeRow>({
    text: `select n.notice, n.kind, n.state, n.touches, n.starts_ms, n.ends_ms, n.changed_ms, (
        select json_agg(json_build_object('number', c.number, 'word', c.word, 'atMs', c.at_ms, 'texts',
          case when num_nonnulls(c.text_en, c.text_fr, c.text_es) > 0
            then json_strip_nulls(json_build_object('en', c.text_en, 'fr', c.text_fr, 'es', c.text_es)) end)
          order by c.number)
        from notice_changes c where c.notice = n.notice) as changes
      from notices n where ${where} order by n.changed_ms desc, n.notice desc limit ${limit}`,
    values: [...values],
    types: numericTypes,
  })
  return rows.map((row) => ({
    id: row.notice,
    touches: row.touches,
    notice: noticeOf(row),
    changedMs: row.changed_ms,
    changes: row.changes,
  }))
}

interface NoticeRow extends NoticeColumns {
  readonly notice: string
  readonly touches: readonly ComponentName[]
  readonly changed_ms: number
  readonly changes: readonly NoticeChange[]
}

/** The check `each_kind_has_its_states` says that there are no others. */
function noticeOf({ kind, state, starts_ms: beganMs, ends_ms: toMs, changed_ms: overMs }: NoticeRow): Notice {
  if (kind === 'incident') {
    return state === 'resolved' || state === 'withdrawn'
      ? { kind, state, beganMs, overMs }
      : { kind, state: state === 'monitoring' ? state : 'investigating', beganMs }
  }
  const window = { fromMs: beganMs, toMs: must(toMs, 'only maintenance has a window') }
  return state === 'ended' || state === 'withdrawn'
    ? { kind, state, window, overMs }
    : { kind, state: state === 'running' ? state : 'planned', window }
}
