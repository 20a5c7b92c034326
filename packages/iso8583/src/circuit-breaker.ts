/**
 * closed ──N silent exchanges in a row──▶ open ──probe answered──▶ half_open ──an answer──▶ closed
 *                                          ▲                           │
 *                                          └──────── silence ──────────┘
 */
export type BreakerState = 'closed' | 'open' | 'half_open'

export type BreakerLimits = {
  /** Exchanges in a row without an answer after which nothing more is sent. */
  readonly breakerFailuresMax: number
  /** First wait before a probe; doubled after each trial that failed, at most the maximum. */
  readonly breakerOpenMs: number
  readonly breakerOpenMaxMs: number
}

/**
 * A host that takes messages and answers none must not be fed a backlog: each one would be an unknown outcome to
 * repeat or reverse. Half open, one exchange at a time finds out whether it answers again.
 */
export class CircuitBreaker {
  readonly #limits: BreakerLimits
  readonly #onChange: (state: BreakerState) => void
  #state: BreakerState = 'closed'
  #silent = 0
  #openMs: number
  #trial: string | undefined

  constructor(limits: BreakerLimits, onChange: (state: BreakerState) => void) {
    this.#limits = limits
    this.#onChange = onChange
    this.#openMs = limits.breakerOpenMs
  }

  state(): BreakerState {
    return this.#state
  }

  /** How long it stays open before the next probe. */
  openMs(): number {
    return this.#openMs
  }

  admits(): boolean {
    return this.#state === 'closed' || (this.#state === 'half_open' && this.#trial === undefined)
  }

  sent(key: string): void {
    if (this.#state === 'half_open') this.#trial = key
  }

  answered(): void {
    this.#silent = 0
    this.#trial = undefined
    this.#openMs = this.#limits.breakerOpenMs
    this.#set('closed')
  }

  /** What was sent under `key` got no answer in its time. */
  silent(key: string): void {
    this.#silent += 1
    this.lost(key)
    if (this.#state === 'closed' && this.#silent >= this.#limits.breakerFailuresMax) this.#set('open')
  }

  /** Gone with its connection: of that the link itself takes care. Only a trial has failed by it. */
  lost(key: string): void {
    if (this.#state !== 'half_open' || this.#trial !== key) return
    this.#trial = undefined
    this.#openMs = Math.min(2 * this.#openMs, this.#limits.breakerOpenMaxMs)
    this.#set('open')
  }

  /** A network message was answered: one exchange may try. */
  probed(): void {
    if (this.#state === 'open') this.#set('half_open')
  }

  /** A link that is started anew knows nothing of the host. */
  reset(): void {
    this.answered()
  }

  #set(state: BreakerState): void {
    if (state === this.#state) return
    this.#state = state
    this.#onChange(state)
  }
}
