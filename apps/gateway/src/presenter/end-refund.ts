import { assert, type IdSource, type RefundEvent } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { moveRefund } from '../refunds/move-refund.ts'
import type { PresentmentRow } from '../presentments/presentment-row.ts'

/** What the acquirer's last word does to the refund: paid, or given back to the merchant and in no batch. */
export async function endRefund(
  tx: Tx,
  { account, mode, subject, subjectKind, presentmentId }: PresentmentRow,
  event: Extract<RefundEvent, { readonly type: 'accepted' | 'refused' }>,
  ids: IdSource,
): Promise<void> {
  assert(subjectKind === 'refund', 'a capture is told and not asked')
  const moved = await moveRefund(tx, { account, mode, refundId: subject }, event, ids)
  assert(moved.ok, 'what is presented was submitted')
  if (event.type === 'accepted') return
  await tx.query('update presentments set batch = null where account = $1 and presentment = $2', [
    account,
    presentmentId,
  ])
}
