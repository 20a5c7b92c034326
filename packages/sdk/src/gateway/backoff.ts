import type { Crypto } from '@holdfast/core'
import { BACKOFF_BASE_MS, BACKOFF_MAX_MS, RETRY_AFTER_MAX_MS, RETRY_AFTER_MIN_MS } from '../limits.ts'

/**
 * How long to wait after `failures` failures in a row: full jitter over an exponential bound. A server's hint is obeyed
 * within bounds and gets jitter too, since equal hints would bring a whole fleet back in one instant.
 */
export function backoffMs(crypto: Crypto, failures: number, retryAfterMs: number | null): number {
  const boundMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 10))
  const jitterMs = Math.ceil(randomShare(crypto) * boundMs)
  if (retryAfterMs === null) return jitterMs
  return Math.min(RETRY_AFTER_MAX_MS, Math.max(RETRY_AFTER_MIN_MS, retryAfterMs)) + jitterMs
}

/** A period somewhere between half and all of `periodMs`. */
export function jitteredMs(crypto: Crypto, periodMs: number): number {
  return Math.ceil(periodMs * (0.5 + randomShare(crypto) / 2))
}

/** 0 ≤ share < 1. */
function randomShare(crypto: Crypto): number {
  const bytes = crypto.randomBytes(4)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32
}
