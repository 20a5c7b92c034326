import type { SealedRecord } from '@holdfast/envelope'
import type { OutcomeStatement } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow, KnownRecord, PaymentLookup } from '../store/gateway-store.ts'

/** What the store knows of the records and payments that a batch is about. */
export interface Found {
  readonly known: readonly KnownRecord[]
  readonly payments: PaymentLookup
}

/** The records need not be proven: looking up changes nothing. */
export async function lookUp(
  world: GatewayWorld,
  device: DeviceRow,
  claimed: readonly SealedRecord[],
  outcomes: readonly OutcomeStatement[],
): Promise<Found> {
  const hashes = claimed.map((record) => record.hash)
  const prevs = claimed.flatMap((record) => record.header.prev ?? [])
  const links = [...new Set([...hashes, ...prevs])]
  const paymentIds = new Set([...claimed.flatMap(paymentOf), ...outcomes.map(({ payment }) => payment)])
  const [known, payments] = await Promise.all([
    world.store.knownRecords(device.deviceId, {
      hashes: links,
      prevs: links,
      first: claimed.some((record) => record.header.prev === null),
    }),
    // A payment that moves between the two reads is a conflict at the commit.
    world.store.payments(device.account, [...paymentIds]),
  ])
  return { known, payments }
}

/** The payment that a record is about; none for one about the device itself. */
export function paymentOf({ header }: SealedRecord): string[] {
  return 'payment' in header ? [header.payment] : []
}
