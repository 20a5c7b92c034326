import { advance } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { settle } from '../payments/settle.ts'
import type { GatewayChange } from '../store/gateway-store.ts'
import { applyParked, type ParkedRecords } from './apply-parked.ts'
import { acceptanceIn, signReviewed } from './sign-reviewed.ts'

/**
 * The sale is written down as one that was closed unpaid, and its device hears why. Where the payment has come another
 * way meanwhile it is left as it is: only the acceptance that was set aside is closed.
 */
export async function rejectParked(
  world: GatewayWorld,
  parked: ParkedRecords,
  note: string,
): Promise<GatewayChange | { readonly parked: ErrorCode }> {
  const accepted = acceptanceIn(parked.records)
  if (accepted === null) return {}
  const nowMs = world.clock.wallMs()
  const givenUp = { why: 'review_rejected', note } as const
  const word = parked.row?.story.word
  if (word === undefined || word.said === 'open') {
    const applied = await applyParked(world, parked, { isGenuine: false })
    if (!('parked' in applied) && applied.row !== null) {
      const result = advance(applied.row.story, { type: 'given_up', ...givenUp })
      const story = 'refusal' in result ? applied.row.story : result.story
      const change = await settle(world, parked.row, { ...applied.row, story }, nowMs)
      return { voids: applied.voids, ...change }
    }
  }
  // The same try of the same card stands: what becomes of it the device hears anyway.
  if (word?.said === 'accepted' && word.attemptId === accepted.attempt) return {}
  const { deviceId } = parked.device
  const statement = await signReviewed(world, accepted, { status: 'declined', givenUp })
  return { outcomes: [{ deviceId, paymentId: accepted.payment, statement }] }
}
