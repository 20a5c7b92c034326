import type { Clock } from '@holdfast/core'
import {
  CUT_PAUSE_MS,
  GAP_MS_MAX,
  GAP_MS_MIN,
  GROW_PAUSE_MS,
  LIVE_FLOOR_MS,
  LIVE_SLOWDOWN_MAX,
  LIVE_UNKNOWN_MS,
  QUIET_MS,
  UPLOADS_AT_FIRST,
  UPLOADS_MAX,
} from './admission-limits.ts'

/** How much a new figure counts in a running mean. */
const FRESH = 0.1

/**
 * How many uploads at once, and with which pause between them, by what the live requests beside them really take. One that
 * takes more than twice what the slow ones take alone halves them, at most once in a while; three good ones for each upload
 * allow one more. Where even one upload at a time is too much, pauses come between. While nobody asks anything
 * live, uploads grow by themselves.
 */
export class UploadPace {
  readonly #clock: Clock
  #limit = UPLOADS_AT_FIRST
  #gapMs = 0
  /** The newest live requests that had no upload beside them. */
  readonly #aloneMs: number[] = []
  #uploadMs: number | null = null
  #goods = 0
  #liveMs = Number.NEGATIVE_INFINITY
  #cutMs = Number.NEGATIVE_INFINITY
  #grownMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get limit(): number {
    return this.#limit
  }

  /** Between the end of an upload and the start of the next. */
  get gapMs(): number {
    return this.#gapMs
  }

  /** What an upload takes, pause included; null before the first. */
  get uploadMs(): number | null {
    return this.#uploadMs === null ? null : this.#uploadMs + this.#gapMs
  }

  /** A live request is answered. `besideUploads`: at least one was worked on meanwhile. */
  live(tookMs: number, besideUploads: boolean): void {
    const now = this.#clock.monotonicMs()
    this.#liveMs = now
    if (!besideUploads) {
      this.#aloneMs.push(tookMs)
      if (this.#aloneMs.length > ALONE_KEPT) this.#aloneMs.shift()
      return
    }
    if (tookMs > this.#boundMs()) this.#cut(now)
    else this.#good()
  }

  /** An upload has ended while `waiting` others wanted its place. */
  upload(tookMs: number, waiting: number): void {
    const now = this.#clock.monotonicMs()
    this.#uploadMs = mean(this.#uploadMs, tookMs)
    if (waiting === 0 || now - this.#liveMs < QUIET_MS || now - this.#grownMs < GROW_PAUSE_MS) return
    this.#grownMs = now
    this.#more()
  }

  /** Against the slow ones among those alone: a machine that is uneven by itself is no fault of the uploads. */
  #boundMs(): number {
    if (this.#aloneMs.length < ALONE_KNOWN) return LIVE_UNKNOWN_MS
    const sorted = this.#aloneMs.toSorted((a, b) => a - b)
    const slow = sorted[Math.floor(sorted.length * SLOW_SHARE)] ?? 0
    return Math.max(LIVE_FLOOR_MS, LIVE_SLOWDOWN_MAX * slow)
  }

  #cut(now: number): void {
    this.#goods = 0
    if (now - this.#cutMs < CUT_PAUSE_MS) return
    this.#cutMs = now
    if (this.#limit > 1) this.#limit = Math.floor(this.#limit / 2)
    else this.#gapMs = Math.min(GAP_MS_MAX, Math.max(GAP_MS_MIN, this.#gapMs * 2))
  }

  #good(): void {
    this.#goods += 1
    if (this.#goods < this.#limit * GOODS_PER_UPLOAD) return
    this.#goods = 0
    this.#more()
  }

  #more(): void {
    if (this.#gapMs > 0) this.#gapMs = this.#gapMs > GAP_MS_MIN ? this.#gapMs / 2 : 0
    else this.#limit = Math.min(UPLOADS_MAX, this.#limit + 1)
  }
}

const GOODS_PER_UPLOAD = 3
const ALONE_KEPT = 64
const ALONE_KNOWN = 10
const SLOW_SHARE = 0.9

function mean(before: number | null, fresh: number): number {
  return before === null ? fresh : before + (fresh - before) * FRESH
}
