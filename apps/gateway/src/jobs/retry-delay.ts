const FIRST_MS = 2_000
const FACTOR = 3
const LONGEST_MS = 60 * 60_000

/** Longer after each failure, up to an hour, and never the same for two: a mail server that comes back is not stormed. */
export function retryDelayMs(failures: number, random: () => number): number {
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** Math.max(0, failures - 1))
  return Math.round(fullMs * (0.5 + random() / 2))
}
