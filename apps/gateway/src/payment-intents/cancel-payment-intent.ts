import { statusOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { findPayments, type Scope } from '../payments/payment-queries.ts'
import type { PaymentIntentRefusal } from './change-payment-intent.ts'
import { type CancelReason, findRequested, updateRequested } from './payment-intent-store.ts'

/** Calls off what no device has taken yet; a sale is its device's to call off. */
export async function cancelPaymentIntent(
  tx: Tx,
  scope: Scope,
  paymentId: string,
  reason: CancelReason | null,
  nowMs: number,
): Promise<{ readonly ok: true } | PaymentIntentRefusal> {
  const [requested] = await findRequested(tx, scope, [paymentId], { forUpdate: true })
  if (requested === undefined) {
    const [view] = await findPayments(tx, scope, [paymentId])
    if (view === undefined) return { ok: false, why: 'not_found' }
    return { ok: false, why: 'state_unfit', status: statusOf(view.row.story), taken: true }
  }
  if (requested.canceledMs !== null)
    return { ok: false, why: 'state_unfit', status: 'canceled', taken: false }
  const canceledMs = Math.max(nowMs, requested.createdMs)
  await updateRequested(tx, scope.account, { ...requested, canceledMs, cancelReason: reason })
  return { ok: true }
}
