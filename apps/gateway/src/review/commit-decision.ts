import { newId } from '@holdfast/core'
import type { GatewayWorld } from '../gateway-world.ts'
import type { GatewayChange, ReviewRow } from '../store/gateway-store.ts'
import type { Reviewed, ReviewDecision, ReviewRefusal } from './decide-review.ts'

/** The decision, who said so and what it changes, in one commit; then whoever waits for any of it looks again. */
export async function commitDecision(
  world: GatewayWorld,
  change: GatewayChange,
  decided: Pick<ReviewRow, 'account' | 'deviceId' | 'paymentId' | 'waitedFor' | 'hashes'> & {
    readonly decision: ReviewDecision
  },
): Promise<Reviewed> {
  const { decision, ...about } = decided
  const decidedMs = world.clock.wallMs()
  const source = {
    wallMs: () => decidedMs,
    randomBytes: (length: number) => world.crypto.randomBytes(length),
  }
  const committed = await world.store.commit({
    ...change,
    review: {
      ...about,
      reviewId: newId('rev', source),
      decision: decision.decide === 'release' ? 'released' : 'rejected',
      decidedBy: decision.by,
      note: decision.note,
      decidedMs,
    },
  })
  if (committed === 'conflict') return refused('moved_meanwhile')
  for (const key of [about.paymentId ?? about.deviceId, about.deviceId, 'due']) world.changes.notify(key)
  return { result: 'decided' }
}

export function refused(code: ReviewRefusal): Reviewed {
  return { result: 'refused', code, retryable: code === 'moved_meanwhile' }
}
