import type { GatewayWorld } from '../world/gateway-world.ts'
import { commitDecision, wordOf } from './commit-decision.ts'
import type { Reviewed, ReviewDecision } from './review-decision.ts'

/**
 * What is of no payment does nothing and only frees its device. Of a record that could not be read nobody knows whose it
 * is: it can be rejected and not released, and only when it is asked for (`unread`). Null when there is none.
 */
export async function decideRest(
  world: GatewayWorld,
  { account, deviceId }: { readonly account: string; readonly deviceId: string },
  decision: ReviewDecision,
  { unread }: { readonly unread: boolean },
): Promise<Reviewed | null> {
  const parked = await world.store.parkedRecords(account, { deviceId })
  const withUnread = unread && decision.decide === 'reject'
  const rest = parked.filter(
    (record) => record.decision === null && record.paymentId === null && (withUnread || record.kind !== null),
  )
  const [first] = rest
  if (first === undefined) return null
  const hashes = rest.map(({ hash }) => hash)
  const about = { account, deviceId, paymentId: null, waitedFor: first.parkedCode }
  return commitDecision(world, {}, about, wordOf(decision, hashes))
}

/** True while a payment of this device has records that wait. */
export async function hasWaitingPayments(
  world: GatewayWorld,
  { account, deviceId }: { readonly account: string; readonly deviceId: string },
): Promise<boolean> {
  const parked = await world.store.parkedRecords(account, { deviceId })
  return parked.some(({ decision, paymentId }) => decision === null && paymentId !== null)
}
