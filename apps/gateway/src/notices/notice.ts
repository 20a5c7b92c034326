import { unreachable } from '@holdfast/core'

/**
 * What the operator announces to everybody: a planned maintenance, or an incident.
 *
 *   maintenance   planned ──▶ running ──▶ ended          incident   investigating ◀──▶ monitoring
 *                    │  └────────────────▶ (missed)                       └──────┬──────┘
 *                    ▼                                                           ▼
 *                withdrawn                                            resolved | withdrawn
 *
 * Invariants: a window has a length; what is over stays over; only what has not begun is withdrawn, or what was no incident;
 * the clock only ever moves forward what it is due for, so one that is set back takes nothing back.
 */
export type Notice =
  | { readonly kind: 'maintenance'; readonly state: 'planned' | 'running'; readonly window: NoticeWindow }
  | {
      readonly kind: 'maintenance'
      readonly state: 'ended' | 'withdrawn'
      readonly window: NoticeWindow
      readonly overMs: number
    }
  | { readonly kind: 'incident'; readonly state: IncidentState; readonly beganMs: number }
  | {
      readonly kind: 'incident'
      readonly state: 'resolved' | 'withdrawn'
      readonly beganMs: number
      readonly overMs: number
    }

/** Unix milliseconds. */
export interface NoticeWindow {
  readonly fromMs: number
  readonly toMs: number
}

export const incidentStates = ['investigating', 'monitoring'] as const
type IncidentState = (typeof incidentStates)[number]

/** What is told of each change of a notice. */
export type NoticeWord = 'planned' | 'started' | 'updated' | 'ended' | 'withdrawn'

export type NoticeStep =
  | { readonly do: 'update'; readonly state?: IncidentState; readonly window?: Partial<NoticeWindow> }
  | { readonly do: 'end' }
  | { readonly do: 'withdraw' }
  /** Nobody said anything: the clock has come to where the window begins or ends. */
  | { readonly do: 'pass_time' }

export type NoticeRefusal =
  | 'notice_over'
  | 'maintenance_not_running'
  | 'maintenance_running'
  | 'not_of_its_kind'
  | 'window_empty'
  | 'window_over'
  | 'nothing_due'

export interface NoticeMoved {
  readonly notice: Notice
  readonly word: NoticeWord
  /** When it is so: of what the clock does, the planned time, however late somebody looked. */
  readonly atMs: number
}

/** The whole life of a notice after its first word. `nowMs` is never before its last change. */
export function moveNotice(notice: Notice, step: NoticeStep, nowMs: number): NoticeMoved | NoticeRefusal {
  if ('overMs' in notice) return step.do === 'pass_time' ? 'nothing_due' : 'notice_over'
  switch (step.do) {
    case 'pass_time':
      return passTime(notice, nowMs)
    case 'update':
      return update(notice, step, nowMs)
    case 'end': {
      if (notice.kind === 'incident')
        return over({ kind: 'incident', state: 'resolved', beganMs: notice.beganMs, overMs: nowMs }, 'ended')
      if (notice.state === 'planned') return 'maintenance_not_running'
      return over({ kind: 'maintenance', state: 'ended', window: notice.window, overMs: nowMs }, 'ended')
    }
    case 'withdraw': {
      const state = 'withdrawn'
      if (notice.kind === 'incident')
        return over({ kind: 'incident', state, beganMs: notice.beganMs, overMs: nowMs }, state)
      if (notice.state === 'running') return 'maintenance_running'
      return over({ kind: 'maintenance', state, window: notice.window, overMs: nowMs }, state)
    }
    default:
      return unreachable(step)
  }
}

/** A first window: it may begin at once, but not be over. */
export function planMaintenance(window: NoticeWindow, nowMs: number): Notice | NoticeRefusal {
  return refusalOf(window, nowMs) ?? { kind: 'maintenance', state: 'planned', window }
}

type Open = Exclude<Notice, { overMs: number }>

/** One that nobody saw begin, because the gateway was away, is told once: that it is over. */
function passTime(notice: Open, nowMs: number): NoticeMoved | NoticeRefusal {
  if (notice.kind === 'incident') return 'nothing_due'
  const { window, state } = notice
  if (nowMs >= window.toMs)
    return over({ kind: 'maintenance', state: 'ended', window, overMs: window.toMs }, 'ended')
  if (state === 'running' || nowMs < window.fromMs) return 'nothing_due'
  return { notice: { ...notice, state: 'running' }, word: 'started', atMs: window.fromMs }
}

function update(
  notice: Open,
  { state, window }: Extract<NoticeStep, { do: 'update' }>,
  nowMs: number,
): NoticeMoved | NoticeRefusal {
  if (notice.kind === 'incident') {
    if (window !== undefined) return 'not_of_its_kind'
    return { notice: { ...notice, state: state ?? notice.state }, word: 'updated', atMs: nowMs }
  }
  if (state !== undefined) return 'not_of_its_kind'
  if (notice.state === 'running' && window?.fromMs !== undefined) return 'maintenance_running'
  const next = { ...notice.window, ...window }
  return refusalOf(next, nowMs) ?? { notice: { ...notice, window: next }, word: 'updated', atMs: nowMs }
}

function refusalOf({ fromMs, toMs }: NoticeWindow, nowMs: number): NoticeRefusal | null {
  if (toMs <= fromMs) return 'window_empty'
  return toMs <= nowMs ? 'window_over' : null
}

function over(notice: Extract<Notice, { overMs: number }>, word: NoticeWord): NoticeMoved {
  return { notice, word, atMs: notice.overMs }
}
