import type { Connection, Dialer, LinkClock } from './link-ports.ts'
import type { LinkLimits } from './link-types.ts'

type RediallingDeps = {
  readonly dialer: Dialer
  readonly clock: LinkClock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly limits: Pick<LinkLimits, 'connectTimeoutMs' | 'backoffBaseMs' | 'backoffMaxMs'>
  readonly onConnected: (connection: Connection) => void
}

/**
 * Gets one connection at a time, again and again until it is stopped. Between two attempts it waits a random time below
 * base · 2ⁿ, where n counts what has failed since a connection was steady.
 */
export class Redialling {
  readonly #deps: RediallingDeps
  #running = false
  /** The attempt that still counts; the connections of others are closed as they arrive. */
  #attempt: AbortController | undefined
  #cancelBackoff: () => void = () => {}
  #failures = 0

  constructor(deps: RediallingDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#running = true
    this.#failures = 0
    this.#dial()
  }

  stop(): void {
    this.#running = false
    this.#attempt?.abort()
    this.#attempt = undefined
    this.#cancelBackoff()
  }

  /** The connection that was handed over is gone. One that was steady forgives the failures before it. */
  again({ wasSteady }: { readonly wasSteady: boolean }): void {
    if (wasSteady) this.#failures = 0
    this.#dialLater()
  }

  #dial(): void {
    const { clock, dialer, limits, onConnected } = this.#deps
    const attempt = new AbortController()
    this.#attempt = attempt
    const failed = (): void => {
      if (this.#attempt !== attempt) return
      this.#attempt = undefined
      this.#dialLater()
    }
    const cancelTimer = clock.setTimer(limits.connectTimeoutMs, () => {
      failed()
      attempt.abort()
    })
    dialer.dial(attempt.signal).then(
      (connection) => {
        cancelTimer()
        if (this.#attempt !== attempt) return connection.close()
        this.#attempt = undefined
        return onConnected(connection)
      },
      () => {
        cancelTimer()
        failed()
      },
    )
  }

  #dialLater(): void {
    if (!this.#running) return
    const { backoffBaseMs, backoffMaxMs } = this.#deps.limits
    const ceilingMs = Math.min(backoffMaxMs, backoffBaseMs * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    this.#cancelBackoff = this.#deps.clock.setTimer(this.#deps.random() * ceilingMs, () => this.#dial())
  }
}
