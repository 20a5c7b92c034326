import { assert, idDigits, type IdSource, must, refundPosting } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { postTransaction } from '../ledger/post.ts'
import { insertPresentment } from '../presentments/presentment-row.ts'
import type { Refund } from './refund.ts'

/**
 * From here on the money is the cardholder's: the merchant's balance says so, and a presentment takes it there. No void
 * takes the sale back any more, or it would be given back twice.
 */
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
  await presentLater(tx, refund, atMs)
  if (paymentId !== null) await collect(tx, account, paymentId, atMs)
  if (chargeId === null) return
  const about = { account, mode, object: 'charge', id: chargeId, atMs } as const
  await recordEvent(tx, { ...about, type: 'charge.refunded' }, ids)
}

/** By the terminal of the sale whose card it goes to; whoever owns its link knows how that host is told. */
async function presentLater(tx: Tx, refund: Refund, atMs: number): Promise<void> {
  const { account, mode, refundId, paymentId, cardPaymentId, currency, amountMinor, createdMs } = refund
  const { rows } = await tx.query<{ link: string; terminalId: string }>(
    'select link, terminal_id as "terminalId" from payments where account = $1 and payment = $2',
    [account, cardPaymentId],
  )
  const { link, terminalId } = must(rows[0], 'the card of a refund is of a payment')
  await insertPresentment(tx, {
    account,
    presentmentId: `prs_${idDigits(refundId)}`,
    mode,
    subjectKind: 'refund',
    subject: refundId,
    paymentId,
    link,
    terminalId,
    currency,
    amountMinor,
    message: 'refund',
    batchId: null,
    createdMs,
    presentment: { state: 'due', dueMs: atMs, presentation: 1 },
  })
}

async function collect(tx: Tx, account: string, paymentId: string, atMs: number): Promise<void> {
  const { rowCount } = await tx.query(
    `update payments set collected_ms = coalesce(collected_ms, $3), version = version + 1
     where account = $1 and payment = $2 and word = 'accepted'`,
    [account, paymentId, atMs],
  )
  assert(rowCount === 1, 'what is refunded is accepted')
}
