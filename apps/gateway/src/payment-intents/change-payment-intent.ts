import { type CaptureMethod, type Currency, statusOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { type NotesChange, type NotesWritten, writeNotes } from '../payments/payment-notes.ts'
import type { Scope } from '../database/scope.ts'
import { findPayments } from '../payments/payment-queries.ts'
import { findRequested, type RequestedPayment, updateRequested } from './payment-intent-store.ts'

/** What may change of a payment at all; the first three only while no device has taken it. */
export interface PaymentIntentChange {
  readonly amountMinor?: number | undefined
  readonly currency?: Currency | undefined
  readonly captureMethod?: CaptureMethod | undefined
  readonly notes: NotesChange
}

export type PaymentIntentRefusal =
  | Exclude<NotesWritten, { ok: true }>
  | { readonly ok: false; readonly why: 'not_found' }
  /** `status` as core's `statusOf` names it. `taken`: a device has made a sale of it. */
  | { readonly ok: false; readonly why: 'state_unfit'; readonly status: string; readonly taken: boolean }

/** What is said of a payment may change at any time; what it is about only before a device has taken it. */
export async function changePaymentIntent(
  tx: Tx,
  scope: Scope,
  paymentId: string,
  { notes, ...terms }: PaymentIntentChange,
  nowMs: number,
): Promise<{ readonly ok: true } | PaymentIntentRefusal> {
  const [requested] = await findRequested(tx, scope, [paymentId], { forUpdate: true })
  const changesTerms = Object.values(terms).some((value) => value !== undefined)
  if (requested === undefined) {
    const [view] = await findPayments(tx, scope, [paymentId])
    if (view === undefined) return { ok: false, why: 'not_found' }
    if (changesTerms) return { ok: false, why: 'state_unfit', status: statusOf(view.row.story), taken: true }
  } else if (changesTerms) {
    if (requested.canceledMs !== null)
      return { ok: false, why: 'state_unfit', status: 'canceled', taken: false }
    await updateRequested(tx, scope.account, withTerms(requested, terms))
  }
  return writeNotes(tx, scope, paymentId, notes, { nowMs })
}

function withTerms(
  requested: RequestedPayment,
  { amountMinor, currency, captureMethod }: Omit<PaymentIntentChange, 'notes'>,
): RequestedPayment {
  return {
    ...requested,
    amountMinor: amountMinor ?? requested.amountMinor,
    currency: currency ?? requested.currency,
    captureMethod: captureMethod ?? requested.captureMethod,
  }
}
