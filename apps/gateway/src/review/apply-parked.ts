import type { SealedRecord } from '@holdfast/envelope'
import type { ErrorCode } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { type Arrival, applyRecord } from '../intake/apply-record.ts'
import { doubtedRow, doubtsOf } from '../intake/doubts.ts'
import type { DeviceRow, GatewayChange, PaymentRow, VoidRow } from '../store/gateway-store.ts'

export interface ParkedRecords {
  readonly device: DeviceRow
  /** Of one payment, in the order in which they were written. */
  readonly records: readonly SealedRecord[]
  readonly row: PaymentRow | null
  readonly voids: readonly VoidRow[]
}

export type ParkedApplied =
  | { readonly row: PaymentRow | null; readonly voids: NonNullable<GatewayChange['voids']> }
  /** What contradicts it still. */
  | { readonly parked: ErrorCode }

/**
 * What records that were set aside make of their payment, had they come now. A restored database may have released them
 * before, so nobody's word is taken that they are new. `isGenuine`: an acceptance may take the place of another one.
 */
export async function applyParked(
  world: GatewayWorld,
  { device, records, row: before, voids }: ParkedRecords,
  { isGenuine }: { readonly isGenuine: boolean },
): Promise<ParkedApplied> {
  const nowMs = world.clock.wallMs()
  const doubts = await doubtsOf(world, records, undefined)
  let row = before === null ? null : await doubtedRow(world, before, doubts.generation)
  let voidReason = voids.find(({ deviceId }) => deviceId === device.deviceId)?.reason
  const newVoids: NonNullable<GatewayChange['voids']>[number][] = []
  for (const record of records) {
    const { header } = record
    const arrival: Arrival = {
      device,
      nowMs,
      link: world.profile.link,
      randomBytes: (length) => world.crypto.randomBytes(length),
      presented: false,
      ...doubts.of(record),
      reversibleBeforeMs:
        row !== null && row.asOf < doubts.generation ? nowMs - world.profile.unclaimedReversalMs : 0,
      ...(isGenuine ? { genuine: true as const } : {}),
    }
    const applied = applyRecord(row, voidReason, record, arrival)
    if ('parked' in applied) return applied
    ;({ row } = applied)
    if (header.kind === 'payment.voided' && voidReason === undefined) {
      voidReason = header.reason
      const { account, deviceId } = device
      newVoids.push({ account, paymentId: header.payment, deviceId, reason: header.reason })
    }
  }
  return { row, voids: newVoids }
}
