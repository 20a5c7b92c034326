import type { Tx } from '../database/transaction.ts'
import { findBatch } from './batch-row.ts'

export type ClosedBatch =
  | { readonly ok: true; readonly uncaptured: number }
  | { readonly ok: false; readonly refusal: 'resource_missing' | 'batch_not_open' }
  /** So many approvals have no capture yet: tips that are missing, most likely (SQ17). */
  | { readonly ok: false; readonly refusal: 'batch_tips_missing'; readonly uncaptured: number }

/**
 * Takes nothing more into the batch; the owner of the link does the rest. Whoever asks by hand is warned of tips that are
 * missing, and may say that it is to be closed all the same; the cut-off does not wait, and leaves them to the next one.
 */
export async function closeBatch(
  tx: Tx,
  { account, batchId }: { readonly account: string; readonly batchId: string },
  { nowMs, overMissingTips }: { readonly nowMs: number; readonly overMissingTips: boolean },
): Promise<ClosedBatch> {
  const batch = await findBatch(tx, { account, batchId })
  if (batch === null) return { ok: false, refusal: 'resource_missing' }
  if (batch.state !== 'open') return { ok: false, refusal: 'batch_not_open' }
  const waiting = await tx.query(
    `select from payments
     where account = $1 and link = $2 and terminal_id = $3 and currency = $4 and status = 'requires_capture'`,
    [account, batch.link, batch.terminalId, batch.currency],
  )
  const uncaptured = waiting.rowCount ?? 0
  if (uncaptured > 0 && !overMissingTips) return { ok: false, refusal: 'batch_tips_missing', uncaptured }
  await tx.query(
    `update batches set state = 'closing', closing_ms = $3, due_ms = $3, uncaptured = $4
     where account = $1 and batch = $2`,
    [account, batchId, nowMs, uncaptured],
  )
  // Where the terminal captures, this is when the acquirer learns of its sales.
  await tx.query(
    `update presentments set due_ms = $3
     where account = $1 and batch = $2 and state = 'due' and due_ms is null`,
    [account, batchId, nowMs],
  )
  return { ok: true, uncaptured }
}
