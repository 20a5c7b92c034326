import { idDigits, type IdSource, refundPosting } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { postTransaction } from '../ledger/post.ts'
import type { Refund } from './refund.ts'

/** From here on the money is the cardholder's: the merchant's balance says so, and a presentment takes it there. */
export async function postRefund(tx: Tx, refund: Refund, atMs: number, ids: IdSource): Promise<void> {
  const { account, mode, currency, refundId, amountMinor, paymentId, chargeId } = refund
  const cause = { kind: 'refund', id: refundId } as const
  const lines = refundPosting({ amountMinor })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: `txn_${idDigits(refundId)}`,
    type: 'refund',
    reportingCategory: 'refund',
    source: refundId,
    paymentId,
    amountMinor: -amountMinor,
    feeMinor: 0,
    feeDescription: '',
    description: paymentId === null ? 'Refund without its payment' : null,
    availableMs: atMs,
    createdMs: atMs,
  })
  if (chargeId === null) return
  const about = { account, mode, object: 'charge', id: chargeId, atMs } as const
  await recordEvent(tx, { ...about, type: 'charge.refunded' }, ids)
}
