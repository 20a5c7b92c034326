import type { Clock } from '@holdfast/core'

/** Counts wrong tries per caller in windows of time; forgets callers when there are too many of them to remember. */
export interface TryLimiter {
  /** Milliseconds until the caller may try again; 0 for now. */
  waitMs(caller: string): number
  failed(caller: string): void
}

const CALLERS_MAX = 10_000

export function createTryLimiter(
  clock: Pick<Clock, 'monotonicMs'>,
  { triesMax, windowMs }: { readonly triesMax: number; readonly windowMs: number },
): TryLimiter {
  const windows = new Map<string, { failures: number; endMs: number }>()

  function current(caller: string): { failures: number; endMs: number } {
    const nowMs = clock.monotonicMs()
    const known = windows.get(caller)
    if (known !== undefined && known.endMs > nowMs) return known
    return { failures: 0, endMs: nowMs + windowMs }
  }

  return {
    waitMs(caller) {
      const { failures, endMs } = current(caller)
      return failures < triesMax ? 0 : Math.ceil(endMs - clock.monotonicMs())
    },
    failed(caller) {
      const window = current(caller)
      if (windows.size >= CALLERS_MAX) windows.clear()
      windows.set(caller, { ...window, failures: window.failures + 1 })
    },
  }
}
