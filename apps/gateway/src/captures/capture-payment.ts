import { advance, approvedMinorOf, type CaptureRefusal, must, statusOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { isIncrementInFlight } from '../increments/increment-row.ts'
import { lockPayment, writeStory } from '../payments/payment-writes.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { type CaptureRow, standingCapture } from './capture-row.ts'
import { openCapture } from './open-capture.ts'

export interface WantedAmount {
  /** Minor units with the tip; absent for all that was approved, with the tip that the device wrote in. */
  readonly amountMinor?: number | undefined
  /** Included in the amount; absent for the one that the device wrote in. */
  readonly tipMinor?: number | undefined
}

/** Codes of the error table. */
type CapturePaymentRefusal =
  | CaptureRefusal
  | 'resource_missing'
  | 'charge_already_captured'
  | 'state_unfit'
  | 'capture_authorization_expired'
  | 'increment_in_flight'

export type Captured =
  | { readonly ok: true; readonly capture: CaptureRow; readonly payment: PaymentRow }
  | { readonly ok: false; readonly refusal: CapturePaymentRefusal; readonly payment: PaymentRow | null }

/**
 * Captures a manual approval, for a merchant or a device. What is not taken goes back to the cardholder by the same
 * message: the host replaces its hold by the final amount, so there are never two messages that could come apart.
 */
export async function capturePayment(
  tx: Tx,
  world: GatewayWorld,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
  wanted: WantedAmount,
): Promise<Captured> {
  const payment = await lockPayment(tx, account, paymentId)
  if (payment === null) return { ok: false, refusal: 'resource_missing', payment }
  const { story } = payment
  if (statusOf(story) !== 'requires_capture') {
    const known = await standingCapture(tx, { account, paymentId })
    const refusal = known !== null ? 'charge_already_captured' : unexpected(payment)
    return { ok: false, refusal, payment }
  }
  // How much may be taken is known when the issuer has answered.
  if (await isIncrementInFlight(tx, { account, paymentId }))
    return { ok: false, refusal: 'increment_in_flight', payment }
  const tipMinor = wanted.tipMinor ?? Math.min(story.tipMinor ?? 0, wanted.amountMinor ?? Infinity)
  const amountMinor = wanted.amountMinor ?? approvedMinorOf(story) + tipMinor
  const advanced = advance(story, { type: 'captured', amountMinor })
  if ('refusal' in advanced) return { ok: false, refusal: 'state_unfit', payment }
  const capture = await openCapture(tx, world, payment, { amountMinor, tipMinor })
  if (typeof capture === 'string') return { ok: false, refusal: capture, payment }
  const saved = await writeStory(tx, world, payment, { ...advanced.story, tipMinor })
  const { mode, chargeId } = capture
  const atMs = world.clock.wallMs()
  await recordEvent(tx, { account, mode, type: 'charge.captured', object: 'charge', id: chargeId, atMs })
  return { ok: true, capture, payment: must(saved, 'the row is locked') }
}

function unexpected({ story }: PaymentRow): CapturePaymentRefusal {
  const { word } = story
  return word.said === 'voided' && word.reason === 'expired' ? 'capture_authorization_expired' : 'state_unfit'
}
