import type { Clock } from '@holdfast/core'

export interface ManualClock extends Clock {
  /** Moves time on; what becomes due on the way runs at its moment, in order. */
  advance(byMs: number): void
}

/** Time that stands still until a test moves it. */
export function createManualClock(startMs = 1_800_000_000_000): ManualClock {
  let nowMs = startMs
  let timers: { atMs: number; task: () => void }[] = []
  return {
    bootId: 'boot-1',
    wallMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    utcOffsetMin: () => 0,
    timer(delayMs, task) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), task }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance(byMs) {
      const untilMs = nowMs + byMs
      for (;;) {
        const next = timers.toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined || next.atMs > untilMs) break
        timers = timers.filter((other) => other !== next)
        nowMs = next.atMs
        next.task()
      }
      nowMs = untilMs
    },
  }
}
