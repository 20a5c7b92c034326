import type { Clock } from '@holdfast/core'
import {
  CUT_PAUSE_MS,
  GAP_MS_MIN,
  GOODS_PER_PIECE,
  GROW_PAUSE_MS,
  LIVE_FLOOR_MS,
  LIVE_SLOWDOWN_MAX,
  LIVE_UNKNOWN_MS,
  QUIET_MS,
} from './admission-limits.ts'

/** How much a new figure counts in a running mean. */
const FRESH = 0.1

/**
 * How much of a backlog at once, and with which pause between, by what the live requests beside it really take: of
 * uploads in a process that devices talk to, of stored payments in the one that asks the issuers. A live request that
 * takes more than twice what the slow ones take alone halves it, at most once in a while; a dozen good ones for each piece
 * allow one more. Where even one piece at a time is too much, pauses come between. While nobody asks anything live, it
 * grows by itself. Each process learns for itself, and none has to tell another: all of them see what the shared
 * database makes of live requests.
 */
export class BacklogPace {
  readonly #clock: Clock
  readonly #max: number
  readonly #gapMsMax: number
  #limit: number
  #gapMs = 0
  /** The newest live requests that had nothing of the backlog beside them. */
  readonly #aloneMs: number[] = []
  #workMs: number | null = null
  #goods = 0
  #liveMs = Number.NEGATIVE_INFINITY
  #cutMs = Number.NEGATIVE_INFINITY
  #grownMs = Number.NEGATIVE_INFINITY

  constructor(
    clock: Clock,
    bounds: { readonly first: number; readonly max: number; readonly gapMsMax: number },
  ) {
    this.#clock = clock
    this.#limit = Math.min(bounds.first, bounds.max)
    this.#max = bounds.max
    this.#gapMsMax = bounds.gapMsMax
  }

  get limit(): number {
    return this.#limit
  }

  /** Between the end of one piece and the start of the next. */
  get gapMs(): number {
    return this.#gapMs
  }

  /** What one piece takes, pause included; null before the first. */
  get workMs(): number | null {
    return this.#workMs === null ? null : this.#workMs + this.#gapMs
  }

  /** A live request is answered. `beside`: some of the backlog was worked on meanwhile. */
  live(tookMs: number, beside: boolean): void {
    const now = this.#clock.monotonicMs()
    this.#liveMs = now
    if (!beside) {
      this.#aloneMs.push(tookMs)
      if (this.#aloneMs.length > ALONE_KEPT) this.#aloneMs.shift()
      return
    }
    if (tookMs > this.#boundMs()) this.#cut(now)
    else this.#good()
  }

  /** A piece has ended while `waiting` others wanted its place. */
  done(tookMs: number, waiting: number): void {
    const now = this.#clock.monotonicMs()
    this.#workMs = mean(this.#workMs, tookMs)
    if (waiting === 0 || now - this.#liveMs < QUIET_MS || now - this.#grownMs < GROW_PAUSE_MS) return
    this.#grownMs = now
    this.#more()
  }

  /** Against the slow ones among those alone: a machine that is uneven by itself is no fault of the backlog. */
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
    else this.#gapMs = Math.min(this.#gapMsMax, Math.max(GAP_MS_MIN, this.#gapMs * 2))
  }

  #good(): void {
    this.#goods += 1
    if (this.#goods < this.#limit * GOODS_PER_PIECE) return
    this.#goods = 0
    this.#more()
  }

  #more(): void {
    if (this.#gapMs > 0) this.#gapMs = this.#gapMs > GAP_MS_MIN ? this.#gapMs / 2 : 0
    else this.#limit = Math.min(this.#max, this.#limit + 1)
  }
}

const ALONE_KEPT = 64
const ALONE_KNOWN = 10
const SLOW_SHARE = 0.9

function mean(before: number | null, fresh: number): number {
  return before === null ? fresh : before + (fresh - before) * FRESH
}
