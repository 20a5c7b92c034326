import type { Crypto } from '@holdfast/core'

const BASE_MS = 1_000
const MAX_MS = 60_000

/** Exponential back-off with full jitter, at least half a second: many payments that failed together come back apart. */
export function retryDelayMs(
  crypto: Crypto,
  tries: number,
  { baseMs, maxMs }: { readonly baseMs: number; readonly maxMs: number } = { baseMs: BASE_MS, maxMs: MAX_MS },
): number {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(tries, 12))
  const [high = 0, low = 0] = crypto.randomBytes(2)
  return Math.max(500, Math.floor((ceilingMs * (high * 256 + low)) / 65_536))
}
