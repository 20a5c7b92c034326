import { advancePresentment, assert, type IdSource, must } from '@holdfast/core'
import { joinBatch } from '../batches/join-batch.ts'
import { endCapture, loadCapture } from '../captures/capture-row.ts'
import type { Tx } from '../database/transaction.ts'
import { failWaitingRefunds } from '../refunds/settle-waiting.ts'
import { endRefund } from './end-refund.ts'
import { findPresentment, type KnownPresentment, savePresentment } from '../presentments/presentment-row.ts'

export type ResolvedPresentment =
  | { readonly ok: true; readonly presentment: KnownPresentment }
  | { readonly ok: false; readonly refusal: 'presentment_missing' | 'presentment_not_stuck' }

/** A person has mended what was wrong: it goes out again, as a repeat where it had left. */
export async function retryPresentment(
  tx: Tx,
  presentmentId: string,
  ids: IdSource,
): Promise<ResolvedPresentment> {
  const row = await findPresentment(tx, presentmentId)
  if (row === null) return { ok: false, refusal: 'presentment_missing' }
  const next = advancePresentment(row.presentment, { type: 'retried', nowMs: ids.wallMs() })
  if (next === null) return { ok: false, refusal: 'presentment_not_stuck' }
  assert(await savePresentment(tx, row, next), 'the row is locked')
  // The batch that it was in may be closed. And what a lost database knew, the person has looked up.
  const batchId = row.message === 'upload' ? await joinBatch(tx, row, ids) : row.batchId
  await tx.query(
    `update presentments p set as_of = (select generation from settings),
       batch = case p.subject_kind when 'tip' then (
         select s.batch from presentments s
         where s.account = p.account and s.subject_kind = 'capture' and s.subject = p.subject) else $3 end
     where account = $1 and presentment = $2`,
    [row.account, presentmentId, batchId],
  )
  return { ok: true, presentment: { ...row, presentment: next } }
}

/**
 * A person has found out that the acquirer will never take it. A refund fails, and the merchant has the money again; of a
 * capture nothing was posted yet, so the sale brings no money and what waited to be given back of it fails. A sale whose tip
 * is given up stands without it.
 */
export async function giveUpPresentment(
  tx: Tx,
  presentmentId: string,
  ids: IdSource,
): Promise<ResolvedPresentment> {
  const row = await findPresentment(tx, presentmentId)
  if (row === null) return { ok: false, refusal: 'presentment_missing' }
  const atMs = ids.wallMs()
  const next = advancePresentment(row.presentment, { type: 'given_up', nowMs: atMs })
  if (next === null) return { ok: false, refusal: 'presentment_not_stuck' }
  assert(await savePresentment(tx, row, next), 'the row is locked')
  if (row.subjectKind === 'refund') await endRefund(tx, row, { type: 'refused', atMs }, ids)
  if (row.subjectKind === 'capture') await giveUpCapture(tx, row, ids)
  return { ok: true, presentment: { ...row, presentment: next } }
}

async function giveUpCapture(
  tx: Tx,
  { account, mode, subject, paymentId }: KnownPresentment,
  ids: IdSource,
): Promise<void> {
  const capture = must(await loadCapture(tx, account, subject), 'a presentment is of a capture')
  await endCapture(tx, capture, 'canceled', ids.wallMs())
  await failWaitingRefunds(
    tx,
    { account, mode, paymentId: must(paymentId, 'a capture is of a payment') },
    ids,
  )
}
