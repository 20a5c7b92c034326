import { parseJson } from '@holdfast/envelope'
import type { GatewayChange, MemoryGatewayState, PaymentRow } from '@holdfast/gateway'
import { recordHeader } from '@holdfast/protocol'
import { type Engine, trueMs } from '@holdfast/testing'
import type { SimDevice } from './sim-device.ts'
import type { Watch } from './watch.ts'

const CLOCKS_DIFFER_MS = 1_000

/**
 * A void that its till had written and announced before the gateway took in the acceptance comes first: within the hold
 * the issuer is not asked for what is void by then (the due rule of DESIGN §4).
 */
export function watchDue(
  watch: Watch,
  world: {
    readonly engine: Engine
    readonly database: MemoryGatewayState
    readonly devices: readonly SimDevice[]
    readonly holdMs: number
    /** Damaged on the way: such a void never arrives. */
    readonly isDamaged: (paymentId: string) => boolean
  },
): { onCommit(change: GatewayChange): void; rewind(): void } {
  const announced = new Map<string, { readonly untilMs: number }>()
  const known = new Set<string>()

  function onCommit({ payments = [] }: GatewayChange): void {
    for (const row of payments) {
      const { word, paymentId, attempts } = row.story
      if (word.said !== 'accepted' || word.via !== 'offline') continue
      if (!known.has(paymentId) && isVoidAnnounced(row))
        announced.set(paymentId, { untilMs: row.receivedMs + world.holdMs - CLOCKS_DIFFER_MS })
      known.add(paymentId)
      const within = trueMs(world.engine) < (announced.get(paymentId)?.untilMs ?? 0)
      const isSent = attempts.some(({ state, deferred }) => state === 'sent' && deferred)
      if (within && isSent && !world.isDamaged(paymentId))
        watch.breach(
          'nothing is asked that an announced void takes back',
          `${row.deviceId} had told of it when the acceptance came in`,
          paymentId,
        )
    }
  }

  function isVoidAnnounced({ deviceId, story: { paymentId } }: PaymentRow): boolean {
    const statedSeq = world.database.devices.get(deviceId)?.statedSeq ?? 0
    for (const device of world.devices) {
      // Of two copies of a till neither knows what the other one has stated.
      if (world.devices.some(({ key, machine }) => key === device.key && machine !== device.machine)) continue
      const { records, payments } = device.disk.image()
      if (payments.get(paymentId)?.state !== 'VOIDED') continue
      for (const { seq, wire } of records.values()) {
        if (seq > statedSeq || !wire.header.includes(paymentId)) continue
        const header = recordHeader.safeParse(parseJson(wire.header))
        if (header.success && header.data.kind === 'payment.voided') return true
      }
    }
    return false
  }

  return {
    onCommit,
    rewind() {
      announced.clear()
      known.clear()
    },
  }
}
