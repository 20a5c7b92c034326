import { type Currency, type LedgerAccount, must, newId } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { writeBalanceTransaction } from './balance-transaction.ts'
import { postTransaction } from './post.ts'

/**
 * The acquirer takes back what was posted, by a reversal before its batch is closed: the cardholder never paid, so the
 * fee goes back as well. Once per capture.
 */
export async function reverseCapture(
  tx: Tx,
  capture: {
    readonly account: string
    readonly mode: Mode
    readonly paymentId: string
    readonly captureId: string
    readonly chargeId: string
    readonly currency: Currency
    readonly atMs: number
  },
): Promise<void> {
  const { account, mode, captureId, currency, atMs } = capture
  const cause = { kind: 'capture_reversed', id: captureId } as const
  const posted = await tx.query<{ ledgerAccount: LedgerAccount; amountMinor: string }>(
    `select ledger_account as "ledgerAccount", amount_minor as "amountMinor" from ledger_lines
     where account = $1 and cause_kind = 'capture' and cause = $2`,
    [account, captureId],
  )
  const lines = posted.rows.map(({ ledgerAccount, amountMinor }) => ({
    ledgerAccount,
    amountMinor: -Number(amountMinor),
  }))
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  const { rows } = await tx.query<{ amount: string; fee: string; available: string }>(
    `select amount_minor as amount, fee_minor as fee, available_ms as available from balance_transactions
     where account = $1 and cause_kind = 'capture' and cause = $2`,
    [account, captureId],
  )
  const taken = must(rows[0], 'a posted capture has its balance transaction')
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', { wallMs: () => atMs, randomBytes: (count) => nodeCrypto.randomBytes(count) }),
    // Together with the first one it says that nothing was captured.
    type: 'charge',
    reportingCategory: 'charge',
    source: capture.chargeId,
    paymentId: capture.paymentId,
    amountMinor: -Number(taken.amount),
    feeMinor: -Number(taken.fee),
    feeDescription: Number(taken.fee) === 0 ? '' : 'Card processing fee, given back',
    description: 'Called off before its batch was closed',
    availableMs: Number(taken.available),
    createdMs: atMs,
  })
}
