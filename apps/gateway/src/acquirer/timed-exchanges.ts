import type { Clock } from '@holdfast/core'
import type { AcquirerPort } from './acquirer-port.ts'

/** The same acquirer, and how long its answers have taken in all: what is left of a sale's time is the gateway's own. */
export function timedExchanges(
  acquirer: AcquirerPort,
  clock: Clock,
): { readonly acquirer: AcquirerPort; tookMs(): number } {
  let tookMs = 0
  async function timed<Answer>(exchange: Promise<Answer>): Promise<Answer> {
    const startedMs = clock.monotonicMs()
    try {
      return await exchange
    } finally {
      tookMs += clock.monotonicMs() - startedMs
    }
  }
  return {
    acquirer: {
      authorise: (message, limits, onLate) => timed(acquirer.authorise(message, limits, onLate)),
      advise: (message, limits, onLate) => timed(acquirer.advise(message, limits, onLate)),
      reverse: (message, limits) => timed(acquirer.reverse(message, limits)),
      state: () => acquirer.state(),
    },
    tookMs: () => tookMs,
  }
}
