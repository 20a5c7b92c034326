import type { Clock } from '@holdfast/core'

/** How often something may be done out of its turn: a few times at once, then at a steady rate. */
export class RetryBudget {
  readonly #clock: Clock
  readonly #max: number
  readonly #refillMs: number
  #left: number
  #sinceMs: number

  /** `max` at once; one more each `refillMs`. */
  constructor(clock: Clock, { max, refillMs }: { readonly max: number; readonly refillMs: number }) {
    this.#clock = clock
    this.#max = max
    this.#refillMs = refillMs
    this.#left = max
    this.#sinceMs = clock.monotonicMs()
  }

  /** False when nothing is left: the regular turn must do. */
  take(): boolean {
    const refills = Math.floor((this.#clock.monotonicMs() - this.#sinceMs) / this.#refillMs)
    if (refills > 0) {
      this.#left = Math.min(this.#max, this.#left + refills)
      this.#sinceMs += refills * this.#refillMs
    }
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }
}
