/**
 * now = max(wall + offset, high-water mark + time since boot).
 *
 * A device's clock may be set back to prolong a lease or be wrong by years. What has once been seen to be past stays
 * past: the high-water mark is persisted with every append. Only a signed time of the gateway lowers it (DESIGN §4).
 */
export interface TimeMark {
  /** The highest `now` ever used, Unix milliseconds. */
  readonly highWaterMs: number
  /** Gateway time − wall time at the last contact; 0 before the first. */
  readonly offsetMs: number
  /** The gateway's time at the last contact, null before the first. */
  readonly contactMs: number | null
}

/** 'trusted': the gateway spoke in this boot. 'held': extrapolated from an earlier one. 'untrusted': never spoke. */
export const clockTrusts = ['trusted', 'held', 'untrusted'] as const
export type ClockTrust = (typeof clockTrusts)[number]

export interface ClockReading {
  readonly wallMs: number
  readonly monotonicMs: number
}

export const NO_TIME_MARK: TimeMark = { highWaterMs: 0, offsetMs: 0, contactMs: null }

/** `base` is the reading at which `mark` was loaded or last set. Never less than the mark. */
export function trustedNowMs(mark: TimeMark, base: ClockReading, reading: ClockReading): number {
  const sinceBaseMs = Math.max(0, reading.monotonicMs - base.monotonicMs)
  return Math.max(reading.wallMs + mark.offsetMs, mark.highWaterMs + sinceBaseMs)
}

/** After a signed, nonce-bound answer of the gateway: the only step that may lower the mark. */
export function markContact(gatewayMs: number, reading: ClockReading): TimeMark {
  return { highWaterMs: gatewayMs, offsetMs: gatewayMs - reading.wallMs, contactMs: gatewayMs }
}

/** What is persisted with an append. */
export function raiseMark(mark: TimeMark, nowMs: number): TimeMark {
  return nowMs > mark.highWaterMs ? { ...mark, highWaterMs: nowMs } : mark
}
