import type { IdSource } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { moveRefund } from './move-refund.ts'

interface PaymentKey {
  readonly account: string
  readonly mode: Mode
  readonly paymentId: string
}

/**
 * The payment was captured: what waited for it goes out, oldest first, as far as the captured amount reaches. In the
 * transaction of the capture's posting, behind it.
 */
export async function releaseWaitingRefunds(tx: Tx, key: PaymentKey, ids: IdSource): Promise<void> {
  const waiting = await waitingRefunds(tx, key)
  if (waiting.length === 0) return
  let leftMinor = await refundableMinor(tx, key)
  const atMs = ids.wallMs()
  for (const { refund: refundId, amount_minor } of waiting) {
    const fits = amount_minor <= leftMinor
    const event = fits
      ? ({ type: 'parent_captured', atMs } as const)
      : ({ type: 'parent_lost', atMs, failureReason: 'captured_less' } as const)
    await moveRefund(tx, { account: key.account, mode: key.mode, refundId }, event, ids)
    if (fits) leftMinor -= amount_minor
  }
}

/** The payment was declined or called off: there is nothing to give back. */
export async function failWaitingRefunds(tx: Tx, key: PaymentKey, ids: IdSource): Promise<void> {
  const event = { type: 'parent_lost', atMs: ids.wallMs(), failureReason: 'payment_not_captured' } as const
  for (const { refund: refundId } of await waitingRefunds(tx, key))
    await moveRefund(tx, { account: key.account, mode: key.mode, refundId }, event, ids)
}

async function waitingRefunds(
  tx: Tx,
  { account, mode, paymentId }: PaymentKey,
): Promise<readonly { readonly refund: string; readonly amount_minor: number }[]> {
  // A refund that is being asked for now has read whether the payment is captured under this lock.
  await tx.query('select 1 from payments where account = $1 and payment = $2 for no key update', [
    account,
    paymentId,
  ])
  const { rows } = await tx.query<{ refund: string; amount_minor: number }>({
    text: `select refund, amount_minor from refunds
      where account = $1 and mode = $2 and payment = $3 and status = 'waiting_parent'
      order by created_ms, refund for update`,
    values: [account, mode, paymentId],
    types: numericTypes,
  })
  return rows
}

async function refundableMinor(tx: Tx, { account, paymentId }: PaymentKey): Promise<number> {
  const { rows } = await tx.query<{ minor: number }>({
    text: `select (
        (select coalesce(sum(amount_minor), 0) from balance_transactions
          where account = $1 and payment = $2 and type = 'charge')
        - (select coalesce(sum(amount_minor), 0) from refunds
          where account = $1 and payment = $2 and status in ('submitted', 'succeeded')))::bigint as minor`,
    values: [account, paymentId],
    types: numericTypes,
  })
  return rows[0]?.minor ?? 0
}
