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

/** What a void says of the tip of its sale: nothing, where there is none or it can go no more; `waits` while it is out. */
export async function cancelTip(tx: Tx, { account, captureId }: OfCapture): Promise<'waits' | 'over'> {
  const row = await presentmentOf(tx, { account, kind: 'tip', subject: captureId })
  if (row === null) return 'over'
  const canceled = advancePresentment(row.presentment, { type: 'canceled' })
  if (canceled !== null) assert(await savePresentment(tx, row, canceled), 'the row is locked')
  const { state } = row.presentment
  return state === 'sent' || state === 'unknown' || state === 'refused' ? 'waits' : 'over'
}

/** False when it has left, or is about to. */
export async function retipPresentment(
  tx: Tx,
  { account, captureId }: OfCapture,
  kind: 'capture' | 'tip',
  amountMinor: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update presentments set amount_minor = $4
     where account = $1 and subject_kind = $2 and subject = $3 and state = 'due'`,
    [account, kind, captureId, amountMinor],
  )
  return rowCount === 1
}
