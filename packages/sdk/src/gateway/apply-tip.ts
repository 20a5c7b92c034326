import type { TipStatement } from '@holdfast/protocol'
import { followUpsOf } from '../journal/follow-ups.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'

/**
 * What the gateway says of a tip that was written in after the sale: the payment is then of what the card is charged. The
 * later word replaces an earlier one, and a word of a tip that is no longer the newest changes nothing.
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
  if (writtenMinor !== tipMinor) return payment
  // A restored gateway reads its feed out again from the start.
  if (said !== undefined && said.atMs >= atMs) return payment
  const next =
    code === null ? ({ is: 'taken', atMs } as const) : ({ is: 'set_aside', tipMinor, code, atMs } as const)
  return {
    ...payment,
    followUps: { ...followUps, tip: { tipMinor: standsMinor, atMs: tip.atMs, said: next } },
  }
}
