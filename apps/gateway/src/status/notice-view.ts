import type { ComponentName } from '../notices/component-name.ts'
import { type KnownNotice, type NoticeTexts, startsMs } from '../notices/known-notice.ts'
import type { NoticesKnown } from '../notices/notice-board.ts'
import type { Notice, NoticeWord } from '../notices/notice.ts'

/** A notice as `/status.json` tells it; times are Unix milliseconds. */
export interface NoticeView {
  readonly id: string
  readonly kind: Notice['kind']
  readonly state: Notice['state']
  readonly touches: readonly ComponentName[]
  readonly startsMs: number
  /** Where the window of a maintenance ends; null for an incident. */
  readonly endsMs: number | null
  /** When it was over or withdrawn; null while it is not. */
  readonly overMs: number | null
  /** Oldest first. */
  readonly changes: readonly {
    readonly word: NoticeWord
    readonly atMs: number
    readonly texts: NoticeTexts | null
  }[]
}

export interface NoticesView {
  /** When they were read last; null when this process never could. */
  readonly readMs: number | null
  /** False while they cannot be read: what is shown may be old. */
  readonly isCurrent: boolean
  readonly running: readonly NoticeView[]
  readonly planned: readonly NoticeView[]
  readonly past: readonly NoticeView[]
}

export function noticesView({ notices, readMs, isCurrent }: NoticesKnown): NoticesView {
  const viewed = (list: readonly KnownNotice[] = []) => list.map(viewOf)
  return {
    readMs,
    isCurrent,
    running: viewed(notices?.running),
    planned: viewed(notices?.planned),
    past: viewed(notices?.past),
  }
}

function viewOf(known: KnownNotice): NoticeView {
  const { id, touches, notice, changes } = known
  const { kind, state } = notice
  return {
    id,
    kind,
    state,
    touches,
    startsMs: startsMs(known),
    endsMs: notice.kind === 'maintenance' ? notice.window.toMs : null,
    overMs: 'overMs' in notice ? notice.overMs : null,
    changes: changes.map(({ word, atMs, texts }) => ({ word, atMs, texts })),
  }
}
