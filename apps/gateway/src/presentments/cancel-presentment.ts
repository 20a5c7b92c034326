import { advancePresentment, assert, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { presentmentOf, savePresentment } from './presentment-row.ts'

interface OfCapture {
  readonly account: string
  readonly captureId: string
}

/** Of a capture that is called off; nothing has left for it, or the payment would be collected. */
export async function cancelPresentment(tx: Tx, { account, captureId }: OfCapture): Promise<void> {
  const found = await presentmentOf(tx, { account, kind: 'capture', subject: captureId })
  const row = must(found, 'every capture has its presentment')
  const canceled = must(
    advancePresentment(row.presentment, { type: 'canceled' }),
    'what has left is collected',
  )
  assert(await savePresentment(tx, row, canceled), 'the row is locked')
}

/** False when it has left, or is about to. */
export async function retipPresentment(
  tx: Tx,
  { account, captureId }: OfCapture,
  amountMinor: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update presentments set amount_minor = $3
     where account = $1 and subject_kind = 'capture' and subject = $2 and state = 'due'`,
    [account, captureId, amountMinor],
  )
  return rowCount === 1
}
