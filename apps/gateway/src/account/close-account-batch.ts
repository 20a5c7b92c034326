import type { ErrorCode } from '@holdfast/protocol'
import { noteAct } from '../acts/note-act.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { transaction } from '../database/transaction.ts'
import type { ServerParts } from '../http/server-parts.ts'
import type { Scope } from '../database/scope.ts'

/** Null when it is closing now, or was before: that is what was wanted. The owner of the link does the rest. */
export async function closeAccountBatch(
  { pool, world }: Pick<ServerParts, 'pool' | 'world'>,
  { account, mode, keyPrefix }: Scope & { readonly keyPrefix: string },
  batchId: string,
  { overMissingTips }: { readonly overMissingTips: boolean },
): Promise<ErrorCode | null> {
  const closed = await transaction(pool, async (tx) => {
    const { rowCount } = await tx.query(
      'select from batches where account = $1 and mode = $2 and batch = $3',
      [account, mode, batchId],
    )
    if (rowCount === 0) return { ok: false, refusal: 'not_found' } as const
    const nowMs = world.clock.wallMs()
    const result = await closeBatch(tx, { account, batchId }, { nowMs, overMissingTips })
    const act = `batches close ${batchId}${overMissingTips ? ' --over-missing-tips' : ''}`
    if (result.ok) await noteAct(tx, { account, mode, act, by: `${keyPrefix}…`, why: null, atMs: nowMs })
    return result
  })
  if (closed.ok) world.changes.notify('due')
  return closed.ok || closed.refusal === 'batch_not_open' ? null : closed.refusal
}
