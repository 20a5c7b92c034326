import { parseJson } from '@holdfast/envelope'
import { type OutcomeStatement, outcomeStatement } from '@holdfast/protocol'
import { totalOf } from './follow-ups.ts'
import type { StoredPayment } from './stored-payment.ts'

/**
 * Minor units that the customer still owes because the issuer approved only a part (MC3); 0 where it approved the whole,
 * has not answered, or declined.
 */
export function owedMinor(payment: StoredPayment): number {
  return partOf(payment)?.owedMinor ?? 0
}

/** What may be captured, refunded or collected at most: the total of the payment, or the part that was approved. */
export function collectableMinor(payment: StoredPayment): number {
  const totalMinor = totalOf(payment).amountMinor
  return Math.min(totalMinor, partOf(payment)?.approvedMinor ?? totalMinor)
}

export interface ApprovedPart {
  readonly approvedMinor: number
  readonly owedMinor: number
}

/** Null unless a part is what stands. The gateway's last word counts more than what was heard at the counter. */
export function partOf(payment: StoredPayment): ApprovedPart | null {
  if (payment.state !== 'ACCEPTED_ONLINE' && payment.state !== 'PROCESSED') return null
  const outcome = payment.outcome === undefined ? null : outcomeOf(payment.outcome.payload)
  const atCounter = payment.state === 'ACCEPTED_ONLINE' ? payment.approvedMinor : undefined
  const approvedMinor = outcome === null ? atCounter : outcome.approvedMinor
  if (approvedMinor === undefined) return null
  const askedMinor = outcome?.amountMinor ?? payment.money.amountMinor
  return approvedMinor < askedMinor ? { approvedMinor, owedMinor: askedMinor - approvedMinor } : null
}

function outcomeOf(payload: string): OutcomeStatement | null {
  const parsed = outcomeStatement.safeParse(parseJson(payload))
  return parsed.success ? parsed.data : null
}
