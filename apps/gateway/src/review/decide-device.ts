import type { GatewayWorld } from '../world/gateway-world.ts'
import { decideRest } from './decide-rest.ts'
import { decideReview } from './decide-review.ts'
import type { Reviewed, ReviewDecision } from './review-decision.ts'

export interface DeviceReviewed {
  /** Per payment of which something waited; null for records that are of none. */
  readonly payments: readonly { readonly paymentId: string | null; readonly reviewed: Reviewed }[]
}

/** One decision about all that was set aside of a device: a whole branch of a copied or restored one, say. */
export async function decideDevice(
  world: GatewayWorld,
  subject: { readonly account: string; readonly deviceId: string },
  decision: ReviewDecision,
): Promise<DeviceReviewed> {
  const parked = await world.store.parkedRecords(subject.account, { deviceId: subject.deviceId })
  const waiting = parked.filter((record) => record.decision === null)
  const paymentIds = new Set(waiting.flatMap(({ paymentId }) => paymentId ?? []))
  const payments: { paymentId: string | null; reviewed: Reviewed }[] = []
  for (const paymentId of paymentIds)
    payments.push({ paymentId, reviewed: await decideReview(world, { ...subject, paymentId }, decision) })
  const rest = await decideRest(world, subject, decision, { unread: true })
  return { payments: rest === null ? payments : [...payments, { paymentId: null, reviewed: rest }] }
}
