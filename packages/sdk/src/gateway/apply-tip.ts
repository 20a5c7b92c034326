import type { TipStatement } from '@holdfast/protocol'
import { followUpsOf } from '../journal/follow-ups.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'

/**
 * What the gateway says of a tip that was written in after the sale: the payment is then of what the card is charged. The
 * later word replaces an earlier one.
 */
export function applyTip(
  payment: StoredPayment,
  { tipMinor, standsMinor, code, atMs }: TipStatement,
): StoredPayment {
  // What is still at risk holds its place in the limits with its tip; the gateway tells of none before the outcome.
  if (payment.state !== 'ACCEPTED_ONLINE' && payment.state !== 'PROCESSED') return payment
  const followUps = followUpsOf(payment)
  const { tip } = followUps
  if (tip === null) return payment
  const { said } = tip
  const writtenMinor = said?.is === 'set_aside' ? said.tipMinor : tip.tipMinor
  // A restored gateway reads its feed out again from the start.
  if (said !== undefined && said.atMs >= atMs) return payment
  if (writtenMinor !== tipMinor) {
    // The newest one still waits for its own word, or was set aside: then what stands of an earlier one counts.
    if (said === undefined) return payment
    return { ...payment, followUps: { ...followUps, tip: { ...tip, tipMinor: standsMinor } } }
  }
  const next =
    code === null ? ({ is: 'taken', atMs } as const) : ({ is: 'set_aside', tipMinor, code, atMs } as const)
  return {
    ...payment,
    followUps: { ...followUps, tip: { tipMinor: standsMinor, atMs: tip.atMs, said: next } },
  }
}
