import type { Crypto } from '@holdfast/core'

const BASE_MS = 1_000
const MAX_MS = 60_000

/** Exponential back-off with full jitter, at least half a second: many payments that failed together come back apart. */
export function retryDelayMs(crypto: Crypto, tries: number): number {
  const ceilingMs = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(tries, 10))
  const [high = 0, low = 0] = crypto.randomBytes(2)
  return Math.max(500, Math.floor((ceilingMs * (high * 256 + low)) / 65_536))
}
