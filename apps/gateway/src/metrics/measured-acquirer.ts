import type { Clock } from '@holdfast/core'
import type { AcquirerAnswer, AcquirerPort } from '../acquirer/acquirer-port.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'

/** The acquirer, with every message and the kind of its answer counted. */
export function measuredAcquirer(
  acquirer: AcquirerPort,
  metrics: GatewayMetrics,
  clock: Clock,
): AcquirerPort {
  async function measured(message: string, asked: Promise<AcquirerAnswer>): Promise<AcquirerAnswer> {
    const startedMs = clock.monotonicMs()
    const answer = await asked
    metrics.observeMessage(message, answer.kind, clock.monotonicMs() - startedMs)
    return answer
  }
  return {
    authorise: (...asked) => measured('authorisation', acquirer.authorise(...asked)),
    advise: (...asked) => measured('advice', acquirer.advise(...asked)),
    reverse: (...asked) => measured('reversal', acquirer.reverse(...asked)),
    state: () => acquirer.state(),
  }
}
