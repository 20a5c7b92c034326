import type { DeviceReviewed } from '@holdfast/protocol/account'
import type { ServerParts } from '../http/server-parts.ts'
import type { Scope } from '../database/scope.ts'
import { decideDevice } from '../review/decide-device.ts'
import type { ReviewDecision } from '../review/review-decision.ts'
import { findDevice } from './read-device-lease.ts'

const RESULTS = { decided: 'decided', decided_before: 'before', refused: 'refused' } as const

/** One word about all that waits of a device; null when there is no such device. */
export async function decideDeviceForMerchant(
  { pool, world }: Pick<ServerParts, 'pool' | 'world'>,
  scope: Scope,
  device: string,
  decision: ReviewDecision,
): Promise<DeviceReviewed | null> {
  if ((await findDevice(pool, scope, device)) === null) return null
  const { payments } = await decideDevice(world, { account: scope.account, deviceId: device }, decision)
  return {
    device,
    payments: payments.map(({ paymentId, reviewed }) => ({
      payment: paymentId,
      result: RESULTS[reviewed.result],
      code: reviewed.result === 'refused' ? reviewed.code : null,
    })),
  }
}
