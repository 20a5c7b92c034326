import { must } from '@holdfast/core'
import { saleParts } from './original-sale.ts'
import { type PresentDrive, presentLimits } from './present-drive.ts'
import { detailRefund } from './present-refund.ts'
import { type KnownPresentment, presentmentsOfBatch } from '../presentments/presentment-row.ts'
import type { BatchRow } from '../batches/batch-row.ts'

/** 0320 for each sale and refund: the host knows it by its original and takes it once, however often it is told. */
export async function uploadDetail(drive: PresentDrive, batch: BatchRow): Promise<void> {
  for (const item of await presentmentsOfBatch(drive.pool, batch)) {
    if (item.presentment.state !== 'accepted') continue
    if (item.subjectKind === 'refund') await detailRefund(drive, item, batch.number)
    else await detailCapture(drive, item, batch.number)
  }
}

async function detailCapture(
  drive: PresentDrive,
  { account, paymentId, terminalId, amountMinor, currency }: KnownPresentment,
  batchNumber: string,
): Promise<void> {
  const { world, port } = drive
  const { rows } = await world.store.payments(account, [must(paymentId, 'a capture is of a payment')])
  const parts = rows[0] === undefined ? 'approval_gone' : await saleParts(world, rows[0])
  const nowMs = world.clock.wallMs()
  const limits = presentLimits(drive, nowMs)
  const stan = drive.nextStan()
  if (typeof parts === 'string' || limits === null || stan === null) return
  const money = { amountMinor, currency }
  const message = { repeat: false, terminalId, stan, transmittedAtMs: nowMs, money, batchNumber, ...parts }
  await port.upload(message, limits)
}
