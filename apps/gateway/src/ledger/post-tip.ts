import { captureFeeMinor, capturePosting, must, newId } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { writeBalanceTransaction } from './balance-transaction.ts'
import { loadMoneyTerms } from './money-terms.ts'
import type { PresentedCapture } from './post-capture.ts'
import { isCausePosted, postTransaction } from './post.ts'

/**
 * The acquirer has taken a final amount above the one that was posted: what differs, with the fee that the whole would
 * have cost by the terms of its sale less the one that was taken. Once per capture however often it is told.
 */
export async function postTip(tx: Tx, capture: PresentedCapture): Promise<void> {
  const { account, mode, captureId, currency, grossMinor, atMs } = capture
  const cause = { kind: 'capture_tip', id: captureId } as const
  if (await isCausePosted(tx, account, cause)) return
  const { rows } = await tx.query<{ amount: number; fee: number; available: number; created: number }>({
    text: `select amount_minor as amount, fee_minor as fee, available_ms as available, created_ms as created
      from balance_transactions where account = $1 and cause_kind = 'capture' and cause = $2`,
    values: [account, captureId],
    types: numericTypes,
  })
  const sale = must(rows[0], 'what is presented is posted')
  const amountMinor = grossMinor - sale.amount
  if (amountMinor === 0) return
  const { fees } = await loadMoneyTerms(tx, account, sale.created)
  const feeMinor = captureFeeMinor(fees, capture.card, { grossMinor, currency }) - sale.fee
  const lines = capturePosting({ grossMinor: amountMinor, feeMinor })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', { wallMs: () => atMs, randomBytes: (count) => nodeCrypto.randomBytes(count) }),
    // Together with the first one it says what was captured.
    type: 'charge',
    reportingCategory: 'charge',
    source: capture.chargeId,
    paymentId: capture.paymentId,
    amountMinor,
    feeMinor,
    feeDescription: feeMinor === 0 ? '' : 'Card processing fee',
    description: 'Tip, written in after the sale',
    availableMs: Math.max(sale.available, atMs),
    createdMs: atMs,
  })
}
