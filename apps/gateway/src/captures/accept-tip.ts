import { type IdSource, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { postTip } from '../ledger/post-tip.ts'
import type { PresentmentRow } from '../presentments/presentment-row.ts'
import { releaseWaitingRefunds } from '../refunds/settle-waiting.ts'
import { loadCapture } from './capture-row.ts'
import { feeFactsOf } from './fee-facts.ts'

/** The acquirer has taken the final amount: the capture is of that from now on, in its batch and in the books. Its charge. */
export async function acceptTip(
  tx: Tx,
  { account, subject, presentmentId, amountMinor }: PresentmentRow,
  atMs: number,
  ids: IdSource,
): Promise<string> {
  const capture = must(await loadCapture(tx, account, subject), 'a tip is of a capture')
  await tx.query(
    `update captures set tip_minor = tip_minor + $3 - amount_minor, amount_minor = $3
     where account = $1 and capture = $2 and state = 'presented'`,
    [account, subject, amountMinor],
  )
  // Both sides count the sale once, with its final amount.
  await tx.query(
    `with sale as (
       update presentments set amount_minor = $4
       where account = $1 and subject_kind = 'capture' and subject = $2 returning batch)
     update presentments set batch = (select batch from sale) where account = $1 and presentment = $3`,
    [account, subject, presentmentId, amountMinor],
  )
  const { chargeId } = capture
  const card = await feeFactsOf(tx, { account, chargeId })
  await postTip(tx, { ...capture, grossMinor: amountMinor, card, atMs })
  await releaseWaitingRefunds(tx, capture, ids)
  return chargeId
}
