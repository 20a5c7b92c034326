import type { Clock } from '@holdfast/core'
import type { GatewayChange, GatewayStore } from '../store/gateway-store.ts'
import type { GatewayMetrics } from './gateway-metrics.ts'

/** The store, with what is committed through it counted. A commit whose outcome is unknown counts as failed. */
export function measuredStore(store: GatewayStore, metrics: GatewayMetrics, clock: Clock): GatewayStore {
  return {
    ...store,
    async commit(change) {
      const startedMs = clock.monotonicMs()
      try {
        const outcome = await store.commit(change)
        metrics.observeCommit(outcome, clock.monotonicMs() - startedMs)
        if (outcome === 'committed') count(metrics, change)
        return outcome
      } catch (error) {
        metrics.observeCommit('failed', clock.monotonicMs() - startedMs)
        throw error
      }
    },
  }
}

function count(metrics: GatewayMetrics, { records = [], events = [] }: GatewayChange): void {
  const parked = records.flatMap(({ parkedCode }) => parkedCode ?? [])
  metrics.countRecords('parked', parked.length)
  metrics.countRecords('received', records.length - parked.length)
  for (const code of parked) metrics.countParked(code)
  for (const { type } of events) metrics.countEvent(type)
}
