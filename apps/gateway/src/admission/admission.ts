import type { Clock } from '@holdfast/core'
import {
  RETRY_AFTER_MS_MAX,
  RETRY_AFTER_MS_MIN,
  UPLOAD_GAP_MS_MAX,
  UPLOADS_AT_FIRST,
  UPLOADS_MAX,
  WAITING_MAX,
  WAITING_MS_MAX,
} from './admission-limits.ts'
import { BacklogPace } from './backlog-pace.ts'

export interface Upload {
  readonly deviceId: string
  /** When the oldest of its payments is too late to be presented; Unix milliseconds. */
  readonly deadlineMs: number
  /** How many uploads the device has still to make, this one included, by what it has stated. */
  readonly pieces: number
}

export type Admitted =
  /** `leave` is called once, however the upload ends. */
  { readonly admitted: true; leave(): void } | { readonly admitted: false; readonly retryAfterMs: number }

export interface AdmissionObserver {
  decided(decision: 'admitted' | 'device_busy' | 'all_busy'): void
  figures(figures: { limit: number; admitted: number; waiting: number }): void
}

/**
 * Who of the devices that come back from an outage may deliver now. Live sales are never asked to wait; uploads get the
 * places that live sales leave, by what those really take. Of those that wait, the device whose payments are too late
 * first goes first; who finds no place is told when to come again, each a little later than the one before, so that the
 * returns are spread over the time that the work will take. Nothing is lost by waiting: a device keeps what has no verdict.
 */
export class Admission {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #observer: AdmissionObserver | null
  readonly #pace: BacklogPace
  /** Devices with an upload that is worked on or waits: each has one at a time. */
  readonly #devices = new Set<string>()
  readonly #waiting: Waiting[] = []
  #admitted = 0
  #uploadsSeen = 0
  #openMs = Number.NEGATIVE_INFINITY
  #cancelOpening: (() => void) | null = null
  /** Monotonic: when the last of those who were sent away is expected. */
  #expectedMs = 0

  constructor(clock: Clock, random: () => number, observer: AdmissionObserver | null = null) {
    this.#clock = clock
    this.#random = random
    this.#observer = observer
    this.#pace = new BacklogPace(clock, {
      first: UPLOADS_AT_FIRST,
      max: UPLOADS_MAX,
      gapMsMax: UPLOAD_GAP_MS_MAX,
    })
  }

  /** Runs what somebody at a till waits for, and learns from it. */
  async live<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedMs = this.#clock.monotonicMs()
    const seen = this.#uploadsSeen
    const wasBeside = this.#admitted > 0
    try {
      return await work()
    } finally {
      const besideUploads = wasBeside || this.#admitted > 0 || this.#uploadsSeen !== seen
      this.#pace.live(this.#clock.monotonicMs() - startedMs, besideUploads)
      this.#next()
      this.#tell()
    }
  }

  async enter(upload: Upload): Promise<Admitted> {
    if (this.#devices.has(upload.deviceId)) return this.#refuse('device_busy', RETRY_AFTER_MS_MIN)
    this.#devices.add(upload.deviceId)
    if (this.#isFree() && this.#waiting.length === 0) {
      this.#take()
      return this.#admit(upload)
    }
    const hasPlace = await this.#wait(upload)
    if (hasPlace) return this.#admit(upload)
    this.#devices.delete(upload.deviceId)
    return this.#refuse('all_busy', this.#comeBackInMs(upload))
  }

  #isFree(): boolean {
    return this.#admitted < this.#pace.limit && this.#clock.monotonicMs() >= this.#openMs
  }

  #take(): void {
    this.#admitted += 1
    this.#uploadsSeen += 1
  }

  #admit({ deviceId }: Upload): Admitted {
    this.#observer?.decided('admitted')
    this.#tell()
    const startedMs = this.#clock.monotonicMs()
    return {
      admitted: true,
      leave: () => {
        const now = this.#clock.monotonicMs()
        this.#admitted -= 1
        this.#devices.delete(deviceId)
        this.#pace.done(now - startedMs, this.#waiting.length)
        this.#openMs = now + this.#pace.gapMs
        this.#next()
        this.#tell()
      },
    }
  }

  /** Resolves with true when it has got a place, with false when it takes too long or others are more urgent. */
  #wait({ deadlineMs }: Upload): Promise<boolean> {
    const last = this.#waiting.at(-1)
    if (this.#waiting.length >= WAITING_MAX) {
      if (last === undefined || last.deadlineMs <= deadlineMs) return Promise.resolve(false)
      last.end(false)
    }
    return new Promise((resolve) => {
      const end = (hasPlace: boolean) => {
        cancel()
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        resolve(hasPlace)
      }
      const cancel = this.#clock.timer(WAITING_MS_MAX, () => end(false))
      const waiting: Waiting = { deadlineMs, end }
      const at = this.#waiting.findIndex((other) => other.deadlineMs > deadlineMs)
      this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, waiting)
      this.#next()
      this.#tell()
    })
  }

  /** The most urgent ones get the places that are free, as soon as the pause is over. */
  #next(): void {
    for (let [first] = this.#waiting; first !== undefined && this.#isFree(); [first] = this.#waiting) {
      this.#take()
      first.end(true)
    }
    const restMs = this.#openMs - this.#clock.monotonicMs()
    if (this.#waiting.length === 0 || restMs <= 0) return
    this.#cancelOpening?.()
    this.#cancelOpening = this.#clock.timer(Math.ceil(restMs), () => this.#next())
  }

  /** When those who were sent away before have delivered all that they hold, at the rate at which places become free. */
  #comeBackInMs({ pieces }: Upload): number {
    const now = this.#clock.monotonicMs()
    const perPlaceMs = (this.#pace.workMs ?? RETRY_AFTER_MS_MIN) / this.#pace.limit
    const earliestMs = now + RETRY_AFTER_MS_MIN
    const latestMs = now + RETRY_AFTER_MS_MAX
    this.#expectedMs = Math.min(latestMs, Math.max(earliestMs, this.#expectedMs + pieces * perPlaceMs))
    const spread = 0.75 + this.#random() / 2
    const inMs = (this.#expectedMs - now) * spread
    return Math.round(Math.min(RETRY_AFTER_MS_MAX, Math.max(RETRY_AFTER_MS_MIN, inMs)))
  }

  #refuse(decision: 'device_busy' | 'all_busy', retryAfterMs: number): Admitted {
    this.#observer?.decided(decision)
    return { admitted: false, retryAfterMs }
  }

  #tell(): void {
    const { limit } = this.#pace
    this.#observer?.figures({ limit, admitted: this.#admitted, waiting: this.#waiting.length })
  }
}

interface Waiting {
  readonly deadlineMs: number
  end(isOpen: boolean): void
}
