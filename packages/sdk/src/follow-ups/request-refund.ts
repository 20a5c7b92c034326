import { type Currency, isAmountMinor } from '@holdfast/core'
import { followUpsOf, refundedMinor, totalOf } from '../journal/follow-ups.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import { collectableMinor } from '../journal/partial-approval.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { voidDraft } from '../journal/void-draft.ts'

export type RefundRequested =
  /** Nothing was collected and nothing will be: the payment and its void travel together. */
  { readonly status: 'voided' } | { readonly status: 'requested'; readonly refundId: string }

/**
 * Gives money back. The whole of a payment that has not left the device is a void; anything else is a refund that
 * queues behind its payment, which stays in the limits until its own outcome. Refunds together never exceed the payment.
 * The same refund id and amount again changes nothing.
 */
export function requestRefund(
  paymentId: string,
  wanted: {
    readonly refundId: string
    readonly amountMinor: number
    readonly currency: Currency
    readonly operator: string | null
  },
): JournalStep<StoredPayment | null, RefundRequested> {
  const { refundId, amountMinor, currency, operator } = wanted
  return {
    load: (store) => store.payment(paymentId),
    build(state, payment) {
      if (payment === null) return { do: 'refuse', code: 'not_found' }
      if (currency !== payment.money.currency) return { do: 'refuse', code: 'currency_mismatch' }
      if (!isAmountMinor(amountMinor)) return { do: 'refuse', code: 'amount_invalid' }
      const known = followUpsOf(payment).refunds.find((refund) => refund.refundId === refundId)
      if (known?.amountMinor === amountMinor)
        return { do: 'nothing', value: { status: 'requested', refundId } }
      if (known !== undefined || !isRefundable(payment))
        return { do: 'refuse', code: 'refund_not_requestable' }
      const followUps = followUpsOf(payment)
      if (refundedMinor(payment) + amountMinor > refundableMinor(payment))
        return { do: 'refuse', code: 'refund_amount_above_payment' }
      if (payment.state === 'QUEUED' && amountMinor === totalOf(payment).amountMinor)
        return { do: 'commit', value: { status: 'voided' }, draft: voidDraft(state, [payment], 'canceled') }
      const refund = { refundId, amountMinor, atMs: state.time.nowMs }
      const refunds = [...followUps.refunds, refund]
      const refunded: StoredPayment = { ...payment, followUps: { ...followUps, refunds } }
      const body = {
        kind: 'refund.requested',
        sale: payment.saleId,
        payment: paymentId,
        refund: refundId,
        amountMinor,
        currency,
        operator,
        approver: null,
        cvm: null,
      } as const
      return {
        do: 'commit',
        value: { status: 'requested', refundId },
        draft: { records: [{ body, sealed: null }], payments: () => [refunded] },
      }
    },
  }
}

/** No more than what was captured, or than the part that the issuer approved (MC3). */
function refundableMinor(payment: StoredPayment): number {
  return Math.min(followUpsOf(payment).capture?.amountMinor ?? Infinity, collectableMinor(payment))
}

function isRefundable({ state }: StoredPayment): boolean {
  return state === 'ACCEPTED_ONLINE' || state === 'QUEUED' || state === 'UPLOADED' || state === 'PROCESSED'
}
