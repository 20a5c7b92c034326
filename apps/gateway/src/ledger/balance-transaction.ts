import type { Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import type { CauseKind } from './post.ts'

/** What a ledger transaction means to the merchant, in Stripe's words. Minor units; what goes out is negative. */
export interface BalanceTransaction {
  readonly account: string
  readonly mode: Mode
  readonly txn: string
  readonly cause: { readonly kind: CauseKind; readonly id: string }
  readonly currency: Currency
  readonly type: BalanceTransactionType
  readonly reportingCategory: ReportingCategory
  /** Charge, refund, dispute or payout. */
  readonly source: string
  readonly paymentId: string | null
  readonly amountMinor: number
  readonly feeMinor: number
  /** What the fee is for; empty without one. */
  readonly feeDescription: string
  readonly description: string | null
  readonly availableMs: number
  readonly createdMs: number
}

type BalanceTransactionType =
  | 'charge'
  | 'refund'
  | 'refund_failure'
  | 'adjustment'
  | 'payout'
  | 'payout_cancel'
  | 'payout_failure'

type ReportingCategory =
  | 'charge'
  | 'refund'
  | 'refund_failure'
  | 'dispute'
  | 'dispute_reversal'
  | 'payout'
  | 'payout_reversal'

/** In the transaction of its posting, and only when that was written now. */
export async function writeBalanceTransaction(tx: Tx, row: BalanceTransaction): Promise<void> {
  await tx.query(
    `with written as (
       insert into balance_transactions (account, txn, cause_kind, cause, mode, currency, type, reporting_category,
         source, payment, amount_minor, fee_minor, fee_description, description, available_ms, created_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
       returning account, txn, mode, currency, available_ms, net_minor)
     insert into balance_arrivals (account, txn, mode, currency, available_ms)
     select account, txn, mode, currency, available_ms from written where net_minor > 0`,
    [
      row.account,
      row.txn,
      row.cause.kind,
      row.cause.id,
      row.mode,
      row.currency,
      row.type,
      row.reportingCategory,
      row.source,
      row.paymentId,
      row.amountMinor,
      row.feeMinor,
      row.feeDescription,
      row.description,
      row.availableMs,
      row.createdMs,
    ],
  )
}
