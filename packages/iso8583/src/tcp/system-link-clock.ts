import type { LinkClock } from '../link-ports.ts'

/** The machine's clocks and timers. */
export const systemLinkClock: LinkClock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, afterMs)
    return () => clearTimeout(timer)
  },
}
