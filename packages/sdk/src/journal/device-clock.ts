import {
  type Clock,
  type ClockReading,
  type ClockTrust,
  NO_TIME_MARK,
  type TimeMark,
  trustedNowMs,
} from '@holdfast/core'
import type { TimeBase } from './journal-store.ts'

/** One reading of every clock, for a record and for the decision that it carries. */
export interface DeviceTime extends ClockReading {
  /** What leases and windows count in. */
  readonly nowMs: number
  readonly utcOffsetMin: number
  readonly boot: string
  readonly trust: ClockTrust
}

/** The trusted time of one open journal: the mark of the head row, counted on by this process's own clock. */
export class DeviceClock {
  readonly #clock: Clock
  #mark: TimeMark = NO_TIME_MARK
  #baseMonotonicMs: number
  #contactBoot: string | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#baseMonotonicMs = clock.monotonicMs()
  }

  /** The head row was read or written. What this process has seen to be past stays past, unless the gateway spoke. */
  adopt(mark: TimeMark, base: TimeBase): void {
    const elapsedMs = this.read().nowMs
    const gatewaySpoke = mark.contactMs !== this.#mark.contactMs
    const sameBoot = base.boot === this.#clock.bootId
    this.#contactBoot = base.contactBoot
    if (sameBoot) {
      this.#mark = mark
      this.#baseMonotonicMs = base.monotonicMs
      return
    }
    const highWaterMs = gatewaySpoke ? mark.highWaterMs : Math.max(mark.highWaterMs, elapsedMs)
    this.#mark = { ...mark, highWaterMs }
    this.#baseMonotonicMs = this.#clock.monotonicMs()
  }

  read(): DeviceTime {
    const wallMs = Math.max(0, Math.trunc(this.#clock.wallMs()))
    const monotonicMs = Math.max(0, this.#clock.monotonicMs())
    const base = { wallMs, monotonicMs: this.#baseMonotonicMs }
    const nowMs = Math.floor(trustedNowMs(this.#mark, base, { wallMs, monotonicMs }))
    const { bootId, utcOffsetMin } = { bootId: this.#clock.bootId, utcOffsetMin: this.#clock.utcOffsetMin() }
    return { wallMs, monotonicMs, nowMs, utcOffsetMin, boot: bootId, trust: this.#trust() }
  }

  #trust(): ClockTrust {
    if (this.#mark.contactMs === null) return 'untrusted'
    return this.#contactBoot === this.#clock.bootId ? 'trusted' : 'held'
  }
}
