import type { JournalStep } from '../journal/journal-step.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { type VoidReason, voidDraft } from '../journal/void-draft.ts'

/**
 * The device takes a payment back: of a sale that is open, of one that waits, and of one that was approved online and
 * is not settled yet. The gateway reverses what the issuer approved. A second void changes nothing.
 */
export function cancelPayment(
  paymentId: string,
  reason: VoidReason,
): JournalStep<StoredPayment | null, null> {
  return {
    load: (store) => store.payment(paymentId),
    build(state, payment) {
      switch (payment?.state) {
        case undefined:
          return { do: 'refuse', code: 'not_found' }
        case 'VOIDED':
          return { do: 'nothing', value: null }
        case 'OPEN':
        case 'ACCEPTED_ONLINE':
        case 'QUEUED':
        case 'UPLOADED':
          return { do: 'commit', value: null, draft: voidDraft(state, [payment], reason) }
        case 'PROCESSED':
        case 'FAILED_TO_PROCESS':
        case 'FAILED_TO_UPLOAD':
          return { do: 'refuse', code: 'sale_not_open' }
      }
    },
  }
}
