import {
  advanceRefund,
  type IdSource,
  newId,
  type RefundEvent,
  refundFailedPosting,
  refundPresentedPosting,
} from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { postTransaction } from '../ledger/post.ts'
import { findRefund, type Refund, type RefundKey, updateRefundState } from './refund.ts'
import { postRefund } from './submit-refund.ts'

export type MovedRefund =
  | { readonly ok: true; readonly refund: Refund }
  | { readonly ok: false; readonly refusal: 'refund_not_cancelable' | 'resource_missing' }

/** What its payment, the acquirer or the merchant says of a refund. Told twice it happens once. */
export async function moveRefund(
  tx: Tx,
  key: RefundKey,
  event: RefundEvent,
  ids: IdSource,
): Promise<MovedRefund> {
  const refund = await findRefund(tx, key, { lock: true })
  if (refund === null) return { ok: false, refusal: 'resource_missing' }
  const state = advanceRefund(refund.state, event)
  if (state === 'refund_not_cancelable') return { ok: false, refusal: state }
  if (state === 'refund_unexpected_event')
    throw new Error(`${key.refundId} is ${refund.state.status} and hears ${event.type}`)
  if (state === refund.state) return { ok: true, refund }
  const moved: Refund = { ...refund, state }
  await updateRefundState(tx, moved)
  const { account, mode } = key
  const about = { account, mode, object: 'refund', id: key.refundId, atMs: event.atMs } as const
  // Stripe tells it by the older name as well.
  for (const type of ['refund.updated', 'charge.refund.updated'] as const)
    await recordEvent(tx, { ...about, type }, ids)
  switch (state.status) {
    case 'submitted':
      await postRefund(tx, moved, event.atMs, ids)
      break
    case 'succeeded':
      await postPresented(tx, moved, event.atMs)
      break
    case 'failed':
      await recordEvent(tx, { ...about, type: 'refund.failed' }, ids)
      if (state.submittedMs !== null) await giveBack(tx, moved, event.atMs, ids)
      break
    case 'waiting_parent':
    case 'canceled':
      break
  }
  return { ok: true, refund: moved }
}

/** The acquirer takes it from what it owes. */
async function postPresented(tx: Tx, refund: Refund, atMs: number): Promise<void> {
  const { account, mode, currency, refundId, amountMinor } = refund
  const cause = { kind: 'refund_presented', id: refundId } as const
  const lines = refundPresentedPosting({ amountMinor })
  await postTransaction(tx, { account, mode, cause, currency, atMs, lines })
}

async function giveBack(tx: Tx, refund: Refund, atMs: number, ids: IdSource): Promise<void> {
  const { account, mode, currency, refundId, amountMinor, paymentId } = refund
  const cause = { kind: 'refund_failed', id: refundId } as const
  const lines = refundFailedPosting({ amountMinor })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', ids),
    type: 'refund_failure',
    reportingCategory: 'refund_failure',
    source: refundId,
    paymentId,
    amountMinor,
    feeMinor: 0,
    feeDescription: '',
    description: 'The acquirer refused the refund',
    availableMs: atMs,
    createdMs: atMs,
  })
}
