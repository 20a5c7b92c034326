import { newId } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { GatewayChange, ReviewWord } from '../store/gateway-store.ts'
import type { Reviewed, ReviewDecision } from './review-decision.ts'

interface About {
  readonly account: string
  readonly deviceId: string
  readonly paymentId: string | null
  readonly waitedFor: string
}

type Said = { readonly by: string; readonly note: string } & ReviewWord

/** The decision, who said so and what it changes, in one commit; then whoever waits for any of it looks again. */
export async function commitDecision(
  world: GatewayWorld,
  change: GatewayChange,
  about: About,
  { by: decidedBy, ...said }: Said,
): Promise<Reviewed> {
  const decidedMs = world.clock.wallMs()
  const source = {
    wallMs: () => decidedMs,
    randomBytes: (length: number) => world.crypto.randomBytes(length),
  }
  const review = { ...about, ...said, reviewId: newId('rev', source), decidedBy, decidedMs }
  if ((await world.store.commit({ ...change, review })) === 'conflict') return refused('review_moved')
  for (const key of [about.paymentId ?? about.deviceId, about.deviceId, 'due']) world.changes.notify(key)
  return { result: 'decided' }
}

/** What is written of a person's word about records, or about a payment that waited without one. */
export function wordOf({ decide, by, note }: ReviewDecision, hashes: readonly string[]): Said {
  return { decision: decide === 'release' ? 'released' : 'rejected', by, note, hashes }
}

export function refused(code: ErrorCode): Reviewed {
  return { result: 'refused', code }
}
