import { type Currency, isAmountMinor } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { outcomeStatement } from '@holdfast/protocol'
import { followUpsOf, refundedMinor } from '../journal/follow-ups.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import { collectableMinor } from '../journal/partial-approval.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'

/**
 * Asks for the capture of a payment that was sold with manual capture; also while it is still stored, behind which it
 * then queues (TM14). The same amount again changes nothing.
 */
export function requestCapture(
  paymentId: string,
  wanted: { readonly amountMinor: number; readonly currency: Currency },
): JournalStep<StoredPayment | null, StoredPayment> {
  const { amountMinor, currency } = wanted
  return {
    load: (store) => store.payment(paymentId),
    build(state, payment) {
      if (payment === null) return { do: 'refuse', code: 'not_found' }
      if (currency !== payment.money.currency) return { do: 'refuse', code: 'currency_mismatch' }
      if (!isAmountMinor(amountMinor)) return { do: 'refuse', code: 'amount_invalid' }
      const followUps = followUpsOf(payment)
      if (followUps.capture?.amountMinor === amountMinor) return { do: 'nothing', value: payment }
      if (!isCapturable(payment) || followUps.capture !== null)
        return { do: 'refuse', code: 'capture_not_requestable' }
      if (amountMinor > collectableMinor(payment))
        return { do: 'refuse', code: 'capture_amount_above_payment' }
      if (amountMinor < refundedMinor(payment)) return { do: 'refuse', code: 'refund_amount_above_payment' }
      const capture = { amountMinor, atMs: state.time.nowMs }
      const captured: StoredPayment = { ...payment, followUps: { ...followUps, capture } }
      const { saleId } = payment
      const body = { kind: 'capture.requested', sale: saleId, payment: paymentId, ...wanted } as const
      return {
        do: 'commit',
        value: captured,
        draft: { records: [{ body, sealed: null }], payments: () => [captured] },
      }
    },
  }
}

function isCapturable(payment: StoredPayment): boolean {
  if (payment.captureMethod !== 'manual') return false
  switch (payment.state) {
    case 'ACCEPTED_ONLINE':
    case 'QUEUED':
    case 'UPLOADED':
      return true
    case 'PROCESSED': {
      const outcome = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
      return outcome.success && outcome.data.status === 'requires_capture'
    }
    case 'OPEN':
    case 'VOIDED':
    case 'FAILED_TO_PROCESS':
    case 'FAILED_TO_UPLOAD':
      return false
  }
}
