import type { Clock } from '@holdfast/core'
import { randomUUID } from 'node:crypto'

/** The machine's own clocks and timers. */
export function createSystemClock(): Clock {
  return {
    bootId: randomUUID(),
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    utcOffsetMin: () => 0 - new Date().getTimezoneOffset(),
    timer(delayMs, task) {
      const timer = setTimeout(task, delayMs)
      return () => clearTimeout(timer)
    },
  }
}
