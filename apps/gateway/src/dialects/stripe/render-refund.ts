import {
  balanceTransactionsOf,
  type BalanceTransactionView,
} from '../../ledger/balance-transaction-queries.ts'
import type { Refund } from '../../refunds/refund.ts'
import { findRefunds } from '../../refunds/refund-queries.ts'
import { NEVER, type ObjectKind, type StripeObject } from './platform/object-kinds.ts'

export const refundKind: ObjectKind = {
  async render(db, scope, ids) {
    const refunds = await findRefunds(db, scope, ids)
    const money = await balanceTransactionsOf(db, scope, ids)
    return new Map(
      refunds.map((refund) => [refund.refundId, renderRefund(refund, money.get(refund.refundId) ?? [])]),
    )
  },
  expandable: {
    balance_transaction: { kind: 'balance_transaction' },
    failure_balance_transaction: { kind: 'balance_transaction' },
    charge: { kind: 'charge' },
    payment_intent: { kind: 'payment_intent' },
    source_transfer_reversal: NEVER,
    transfer_reversal: NEVER,
  },
}

/** `pending` until the acquirer has taken it; of a payment that nobody has decided yet it says so. */
function renderRefund(refund: Refund, money: readonly BalanceTransactionView[]): StripeObject {
  const { state } = refund
  const taken = money.find(({ type }) => type === 'refund')?.txn ?? null
  const givenBack = money.find(({ type }) => type === 'refund_failure')?.txn
  const pending = state.status === 'waiting_parent' || state.status === 'submitted'
  return {
    id: refund.refundId,
    object: 'refund',
    amount: refund.amountMinor,
    balance_transaction: taken,
    charge: refund.chargeId,
    created: Math.floor(refund.createdMs / 1_000),
    currency: refund.currency,
    ...(refund.note === null ? {} : { description: refund.note }),
    ...(givenBack === undefined ? {} : { failure_balance_transaction: givenBack }),
    ...(state.status === 'failed' ? { failure_reason: FAILURE_REASONS[state.failureReason] } : {}),
    metadata: refund.metadata,
    payment_intent: refund.paymentId,
    ...(pending
      ? { pending_reason: state.status === 'waiting_parent' ? 'charge_pending' : 'processing' }
      : {}),
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pending ? 'pending' : state.status,
    transfer_reversal: null,
  }
}

const FAILURE_REASONS = {
  payment_not_captured: 'unknown',
  captured_less: 'unknown',
  refused: 'declined',
} as const
