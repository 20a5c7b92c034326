import { idDigits } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { type BalanceTransaction, writeBalanceTransaction } from '../ledger/balance-transaction.ts'

/** What a payout takes out of the balance. Its id follows from the payout's, whoever pays. */
export async function writePayoutTransaction(
  tx: Tx,
  payout: Pick<BalanceTransaction, 'account' | 'mode' | 'cause' | 'currency' | 'description'> & {
    readonly payoutId: string
    /** What is paid, minor units. */
    readonly amountMinor: number
    readonly atMs: number
  },
): Promise<void> {
  const { payoutId, amountMinor, atMs, ...row } = payout
  await writeBalanceTransaction(tx, {
    ...row,
    txn: `txn_${idDigits(payoutId)}`,
    type: 'payout',
    reportingCategory: 'payout',
    source: payoutId,
    paymentId: null,
    amountMinor: -amountMinor,
    feeMinor: 0,
    feeDescription: '',
    availableMs: atMs,
    createdMs: atMs,
  })
}
