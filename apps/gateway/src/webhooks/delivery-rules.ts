const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** How long a delivery is tried, counted from its event or its replay: more than three days. */
export const TRIED_FOR_MS = 76 * HOUR_MS
/** An endpoint that has taken nothing for so long is disabled, and its owner told. */
const DISABLED_AFTER_MS = 76 * HOUR_MS

const FIRST_RETRY_MS = 5_000
const FACTOR = 3
const LONGEST_RETRY_MS = 6 * HOUR_MS

/** Failures in a row from which on an endpoint is asked less often: fewer may be about one event only. */
const HELD_FROM = 3
const FIRST_HOLD_MS = 2_000
const LONGEST_HOLD_MS = 5 * MINUTE_MS

/** 5 s, 15 s, 45 s … 6 h, each between half and whole, so that deliveries that failed together do not come together. */
export function retryAfterMs(tries: number, random: () => number): number {
  return spread(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * FACTOR ** Math.max(0, tries - 1)), random)
}

/** Null while the endpoint is not held. */
export function holdForMs(failures: number, random: () => number): number | null {
  if (failures < HELD_FROM) return null
  return spread(Math.min(LONGEST_HOLD_MS, FIRST_HOLD_MS * 2 ** (failures - HELD_FROM)), random)
}

export type Verdict = 'delivered' | 'again' | 'endpoint_gone'

/** Only a 2xx counts as taken. A 410 says that nobody wants any of it any more; anything else may heal. */
export function verdictOf(status: number | null): Verdict {
  if (status !== null && status >= 200 && status < 300) return 'delivered'
  return status === 410 ? 'endpoint_gone' : 'again'
}

export function isFailingTooLong(failingSinceMs: number, nowMs: number): boolean {
  return nowMs - failingSinceMs >= DISABLED_AFTER_MS
}

function spread(fullMs: number, random: () => number): number {
  return Math.round(fullMs * (0.5 + random() / 2))
}
