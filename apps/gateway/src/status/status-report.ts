import { componentNames } from '../notices/component-name.ts'
import type { NoticeBoard } from '../notices/notice-board.ts'
import { type NoticesView, noticesView } from './notice-view.ts'
import type { ComponentStatus, StatusBoard } from './status-board.ts'

export interface StatusReport {
  readonly status: 'up' | 'down'
  readonly asOfMs: number
  /** What was before that this process does not know. */
  readonly observedSinceMs: number
  readonly components: readonly ComponentStatus[]
  readonly notices: NoticesView
}

/** What is not known yet is not called an outage. */
export function statusReport(board: StatusBoard, notices: NoticeBoard, nowMs: number): StatusReport {
  const components = componentNames.map((name) => board.statusOf(name, nowMs))
  return {
    status: components.some(({ state }) => state === 'down') ? 'down' : 'up',
    asOfMs: nowMs,
    observedSinceMs: board.startedMs,
    components,
    notices: noticesView(notices.known),
  }
}
