import { statusOf } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { settle } from '../payments/settle.ts'
import type { GatewayChange } from '../store/gateway-store.ts'
import { applyParked, type ParkedRecords } from './apply-parked.ts'
import { acceptanceIn, signReviewed } from './sign-reviewed.ts'

/** The records go the way of all others; the device hears that its payment is on it. */
export async function releaseParked(
  world: GatewayWorld,
  parked: ParkedRecords,
): Promise<GatewayChange | { readonly parked: ErrorCode }> {
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
