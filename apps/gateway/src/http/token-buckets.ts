import type { Clock } from '@holdfast/core'

/** How fast each caller may ask, over time and at once. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
}

export interface TokenBuckets {
  /** Takes one; 0, or the milliseconds until the next one is there. */
  take(caller: string): number
}

const CALLERS_MAX = 10_000

/** A bucket of tokens per caller, in this process. Callers whose bucket is full again are forgotten. */
export function createTokenBuckets(
  clock: Pick<Clock, 'monotonicMs'>,
  { perSecond, burst }: RateLimit,
): TokenBuckets {
  const buckets = new Map<string, { readonly tokens: number; readonly atMs: number }>()

  function tokensOf(caller: string, nowMs: number): number {
    const known = buckets.get(caller)
    if (known === undefined) return burst
    return Math.min(burst, known.tokens + ((nowMs - known.atMs) * perSecond) / 1_000)
  }

  return {
    take(caller) {
      const nowMs = clock.monotonicMs()
      const tokens = tokensOf(caller, nowMs)
      if (tokens < 1) return Math.ceil(((1 - tokens) * 1_000) / perSecond)
      if (buckets.size >= CALLERS_MAX) {
        for (const known of buckets.keys()) if (tokensOf(known, nowMs) >= burst) buckets.delete(known)
      }
      buckets.set(caller, { tokens: tokens - 1, atMs: nowMs })
      return 0
    },
  }
}
