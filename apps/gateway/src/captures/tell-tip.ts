import { must, newId } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { retipPresentment } from '../presentments/cancel-presentment.ts'
import { insertPresentment, presentmentOf } from '../presentments/presentment-row.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import type { CaptureRow } from './capture-row.ts'

/** Why a tip that was written in after its sale goes to no card; a person is shown the code. */
export type TipRefusal =
  | 'tip_above_tolerance'
  /** The acquirer has been told another final amount, or may have been: it takes one. */
  | 'tip_after_capture'
  /** The batch of the sale is counted, or about to be. */
  | 'tip_after_batch'
  /** Money of the sale went back, or its cardholder contests it. */
  | 'tip_after_refund'

/**
 * The approval took the money, and now its final amount is another one: 0220 tells it, as a second message of the same
 * capture. The newest tip that stands when it leaves is told, and no other after that. Until the acquirer has taken it,
 * nothing of the capture changes. Null when it will be told, or was.
 */
export async function tellTip(
  tx: Tx,
  world: GatewayWorld,
  capture: CaptureRow,
  { amountMinor }: { readonly amountMinor: number },
): Promise<TipRefusal | null> {
  const { account, captureId } = capture
  if (amountMinor > capture.limitMinor) return 'tip_above_tolerance'
  const told = await presentmentOf(tx, { account, kind: 'tip', subject: captureId })
  if (told?.amountMinor === amountMinor) return null
  if (told !== null)
    return (await retipPresentment(tx, capture, 'tip', amountMinor)) ? null : 'tip_after_capture'
  if (amountMinor === capture.amountMinor) return null
  if (await isGivenBack(tx, capture)) return 'tip_after_refund'
  const sale = must(
    await presentmentOf(tx, { account, kind: 'capture', subject: captureId }),
    'every capture has its presentment',
  )
  if (!(await takesTips(tx, account, sale.batchId))) return 'tip_after_batch'
  const nowMs = world.clock.wallMs()
  await insertPresentment(tx, {
    ...sale,
    presentmentId: newId('prs', idSourceOf(world)),
    subjectKind: 'tip',
    amountMinor,
    message: 'completion',
    createdMs: nowMs,
    presentment: { state: 'due', dueMs: nowMs, presentation: 1 },
  })
  return null
}

/** Whoever gives money back has no tip in mind any more. */
async function isGivenBack(
  tx: Tx,
  { account, paymentId }: { readonly account: string; readonly paymentId: string | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from refunds where account = $1 and payment = $2 and status in ('waiting_parent', 'submitted', 'succeeded')
     union all
     select 1 from disputes where account = $1 and payment = $2`,
    [account, paymentId],
  )
  return rowCount !== 0
}

/** Held until this transaction ends: what joins now is presented before the batch is counted. */
async function takesTips(tx: Tx, account: string, batchId: string | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from batches where account = $1 and batch = $2 and state in ('open', 'closing') for share`,
    [account, batchId],
  )
  return rowCount === 1
}
