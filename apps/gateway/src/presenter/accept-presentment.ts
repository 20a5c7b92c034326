import { must, type Presentment } from '@holdfast/core'
import { acceptTip } from '../captures/accept-tip.ts'
import { joinBatch } from '../batches/join-batch.ts'
import { endCapture, loadCapture } from '../captures/capture-row.ts'
import { postPresented } from '../captures/post-presented.ts'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { endRefund } from './end-refund.ts'
import type { PresentmentRow } from '../presentments/presentment-row.ts'

/** What follows when the acquirer has taken it, in the same transaction. */
export async function acceptPresentment(
  tx: Tx,
  world: GatewayWorld,
  row: PresentmentRow,
  { acceptedMs }: Extract<Presentment, { readonly state: 'accepted' }>,
): Promise<void> {
  if (row.subjectKind === 'tip') {
    const chargeId = await acceptTip(tx, row, acceptedMs, idSourceOf(world))
    await noteUpdated(tx, row, chargeId, acceptedMs)
    return
  }
  if (row.batchId === null) {
    const batchId = await joinBatch(tx, row, idSourceOf(world))
    await tx.query('update presentments set batch = $3 where account = $1 and presentment = $2', [
      row.account,
      row.presentmentId,
      batchId,
    ])
  }
  if (row.subjectKind === 'refund') {
    await endRefund(tx, row, { type: 'accepted', atMs: acceptedMs }, idSourceOf(world))
    return
  }
  const capture = must(await loadCapture(tx, row.account, row.subject), 'a presentment is of a capture')
  await endCapture(tx, capture, 'presented', acceptedMs)
  await postPresented(tx, world, capture, acceptedMs)
  await noteUpdated(tx, row, capture.chargeId, acceptedMs)
}

async function noteUpdated(
  tx: Tx,
  { account, mode }: PresentmentRow,
  id: string,
  atMs: number,
): Promise<void> {
  await recordEvent(tx, { account, mode, type: 'charge.updated', object: 'charge', id, atMs })
}
