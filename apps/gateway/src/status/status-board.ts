import type { ComponentName } from '../notices/component-name.ts'

export type ComponentState = 'up' | 'down' | 'unknown'

export interface ComponentStatus {
  readonly name: ComponentName
  readonly state: ComponentState
  /** Since when it is so, as far as this process has seen; Unix milliseconds. */
  readonly sinceMs: number
  /** Share of the time, from 0 to 1, that it was up while this process looked; null before anything was seen. */
  readonly uptime: number | null
}

/** How each component is and was, in the eyes of this process: kept in memory, from its start. */
export class StatusBoard {
  readonly startedMs: number
  readonly #seen = new Map<ComponentName, Seen>()

  constructor(nowMs: number) {
    this.startedMs = nowMs
  }

  see(name: ComponentName, state: 'up' | 'down', nowMs: number): void {
    const before = this.#seen.get(name)
    if (before === undefined) {
      this.#seen.set(name, { state, sinceMs: nowMs, firstMs: nowMs, upMs: 0, lastMs: nowMs })
      return
    }
    // A clock that was put back makes no time.
    const passedMs = Math.max(0, nowMs - before.lastMs)
    const upMs = before.upMs + (before.state === 'up' ? passedMs : 0)
    const sinceMs = before.state === state ? before.sinceMs : nowMs
    this.#seen.set(name, { ...before, state, sinceMs, upMs, lastMs: nowMs })
  }

  statusOf(name: ComponentName, nowMs: number): ComponentStatus {
    const seen = this.#seen.get(name)
    if (seen === undefined) return { name, state: 'unknown', sinceMs: this.startedMs, uptime: null }
    const { state, sinceMs, firstMs } = seen
    const upMs = seen.upMs + (state === 'up' ? Math.max(0, nowMs - seen.lastMs) : 0)
    const wholeMs = nowMs - firstMs
    const uptime = wholeMs > 0 ? Math.min(1, upMs / wholeMs) : state === 'up' ? 1 : 0
    return { name, state, sinceMs, uptime }
  }
}

interface Seen {
  readonly state: 'up' | 'down'
  readonly sinceMs: number
  readonly firstMs: number
  readonly upMs: number
  readonly lastMs: number
}
