import { admitRefund, type IdSource, newId, type RefundAdmission, type RefundState } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { lockRefundParent } from './refund-parent.ts'
import { findRefund, insertRefund, type Refund, type RefundReason } from './refund.ts'
import { postRefund } from './submit-refund.ts'

export interface WantedRefund {
  readonly account: string
  readonly mode: Mode
  readonly paymentId: string
  /** Given by whoever may ask twice (a device, a void); null makes a new one. */
  readonly refundId: string | null
  /** Null: all that is left. */
  readonly amountMinor: number | null
  readonly reason: RefundReason | null
  readonly requestedBy: Refund['requestedBy']
  readonly operator: string | null
  readonly approver: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export type RequestedRefund =
  | { readonly ok: true; readonly refund: Refund }
  | { readonly ok: false; readonly refusal: 'resource_missing' | 'refund_card_not_kept' }
  | Extract<RefundAdmission, { readonly ok: false }>

/**
 * Gives money of a payment back, in the caller's transaction. Of a payment that nobody has decided it waits. The same
 * `refundId` again answers with the refund that is there, whatever has become of it.
 */
export async function requestRefund(tx: Tx, wanted: WantedRefund, ids: IdSource): Promise<RequestedRefund> {
  const { account, mode, paymentId } = wanted
  const mayWait = wanted.requestedBy !== 'merchant'
  const locked = await lockRefundParent(tx, wanted, { mayWait })
  if (locked === null) return { ok: false, refusal: 'resource_missing' }
  const refundId = wanted.refundId ?? newId('re', ids)
  const known = wanted.refundId === null ? null : await findRefund(tx, { account, mode, refundId })
  if (known !== null) return { ok: true, refund: known }
  const admission = admitRefund(locked.parent, wanted.amountMinor)
  if (!admission.ok) return admission
  if (!locked.cardKept) return { ok: false, refusal: 'refund_card_not_kept' }

  const createdMs = ids.wallMs()
  const state: RefundState = admission.waits
    ? { status: 'waiting_parent' }
    : { status: 'submitted', submittedMs: createdMs }
  const refund: Refund = {
    account,
    refundId,
    mode,
    paymentId,
    chargeId: locked.chargeId,
    cardPaymentId: paymentId,
    currency: locked.currency,
    amountMinor: admission.amountMinor,
    reason: wanted.reason,
    requestedBy: wanted.requestedBy,
    operator: wanted.operator,
    approver: wanted.approver,
    note: null,
    metadata: wanted.metadata,
    state,
    createdMs,
  }
  await insertRefund(tx, refund)
  const about = { account, mode, object: 'refund', id: refundId, atMs: createdMs } as const
  await recordEvent(tx, { ...about, type: 'refund.created' }, ids)
  if (!admission.waits) await postRefund(tx, refund, createdMs, ids)
  return { ok: true, refund }
}
