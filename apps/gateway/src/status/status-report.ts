import type { ComponentName, ComponentStatus, StatusBoard } from './status-board.ts'

export interface StatusReport {
  readonly status: 'up' | 'down'
  readonly asOfMs: number
  /** What was before that this process does not know. */
  readonly observedSinceMs: number
  readonly components: readonly ComponentStatus[]
}

const COMPONENTS: readonly ComponentName[] = ['gateway', 'database', 'acquirer_link']

/** What is not known yet is not called an outage. */
export function statusReport(board: StatusBoard, nowMs: number): StatusReport {
  const components = COMPONENTS.map((name) => board.statusOf(name, nowMs))
  return {
    status: components.some(({ state }) => state === 'down') ? 'down' : 'up',
    asOfMs: nowMs,
    observedSinceMs: board.startedMs,
    components,
  }
}
