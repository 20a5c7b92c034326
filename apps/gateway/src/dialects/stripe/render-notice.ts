import { lastTexts, startsMs } from '../../notices/known-notice.ts'
import { selectNotices } from '../../notices/notice-row.ts'
import type { ObjectKind } from './platform/object-kinds.ts'

/** What the operator announces to all accounts: in events only, Stripe has nothing like it. */
export const noticeKind: ObjectKind = {
  async render(db, { mode }, ids) {
    const known = await selectNotices(db, 'n.notice = any ($1)', [ids])
    return new Map(
      known.map((each) => {
        const { id, touches, notice, changes } = each
        return [
          id,
          {
            id,
            object: 'notice',
            created: seconds(changes[0]?.atMs ?? each.changedMs),
            ends_at: notice.kind === 'maintenance' ? seconds(notice.window.toMs) : null,
            kind: notice.kind,
            livemode: mode === 'live',
            over_at: 'overMs' in notice ? seconds(notice.overMs) : null,
            starts_at: seconds(startsMs(each)),
            status: notice.state,
            /** What was last written, in each language that it was written in. */
            text: { en: null, es: null, fr: null, ...lastTexts(each) },
            touches,
            updates: changes.map(({ word, atMs, texts }) => ({ at: seconds(atMs), text: texts, word })),
          },
        ]
      }),
    )
  },
  expandable: {},
}

function seconds(atMs: number): number {
  return Math.floor(atMs / 1_000)
}
