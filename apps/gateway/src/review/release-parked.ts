import { statusOf } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { settle } from '../payments/settle.ts'
import type { GatewayChange } from '../store/gateway-store.ts'
import { applyParked, type ParkedRecords } from './apply-parked.ts'
import { acceptanceIn, signReviewed } from './sign-reviewed.ts'

/** A void that somebody at the till has said, and no program that found the sale open. */
const SAID_BY_A_PERSON: ReadonlySet<string> = new Set(['canceled', 'paid_otherwise'])

/**
 * The records go the way of all others; the device hears that its payment is on it. One branch of a fork does not void by
 * itself what was accepted on the other: the customer of that sale has been told.
 */
export async function releaseParked(
  world: GatewayWorld,
  parked: ParkedRecords,
): Promise<GatewayChange | { readonly parked: ErrorCode }> {
  if (parked.row?.story.word.said === 'accepted' && isVoidedByItself(parked))
    return { parked: 'review_not_releasable' }
  const applied = await applyParked(world, parked, { isGenuine: true })
  if ('parked' in applied) return applied
  const { row, voids } = applied
  if (row === null) return { voids }
  const change = await settle(world, parked.row, row, world.clock.wallMs())
  const accepted = acceptanceIn(parked.records)
  if (accepted === null || statusOf(row.story) !== 'processing') return { voids, ...change }
  const { deviceId } = parked.device
  const statement = await signReviewed(world, accepted, { status: 'processing' })
  const heard = { deviceId, paymentId: accepted.payment, statement }
  return { voids, ...change, outcomes: [heard, ...(change.outcomes ?? [])] }
}

function isVoidedByItself({ records }: ParkedRecords): boolean {
  return (
    acceptanceIn(records) === null &&
    records.some(({ header }) => header.kind === 'payment.voided' && !SAID_BY_A_PERSON.has(header.reason))
  )
}
