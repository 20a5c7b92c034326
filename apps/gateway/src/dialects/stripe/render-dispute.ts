import { type DisputeState, unreachable } from '@holdfast/core'
import { type Dispute, findDisputes } from '../../disputes/dispute.ts'
import {
  balanceTransactionsOf,
  type BalanceTransactionView,
} from '../../ledger/balance-transaction-queries.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'
import { renderBalanceTransaction } from './render-balance-transaction.ts'

export const disputeKind: ObjectKind = {
  async render(db, viewing, ids) {
    const disputes = await findDisputes(db, viewing, ids)
    const money = await balanceTransactionsOf(db, viewing, ids)
    return new Map(
      disputes.map((dispute) => [
        dispute.disputeId,
        renderDispute(dispute, money.get(dispute.disputeId) ?? [], viewing.nowMs),
      ]),
    )
  },
  expandable: { charge: { kind: 'charge' }, payment_intent: { kind: 'payment_intent' } },
}

function renderDispute(
  dispute: Dispute,
  money: readonly BalanceTransactionView[],
  nowMs: number,
): StripeObject {
  const { state } = dispute
  const dueMs = 'dueMs' in state ? state.dueMs : null
  return {
    id: dispute.disputeId,
    object: 'dispute',
    amount: dispute.amountMinor,
    balance_transactions: money.map((view) => renderBalanceTransaction(view, nowMs)),
    charge: dispute.chargeId,
    created: Math.floor(dispute.createdMs / 1_000),
    currency: dispute.currency,
    evidence: Object.fromEntries(
      evidenceFields.map((field) => [field, dispute.evidence[field] ?? null] as const),
    ),
    evidence_details: {
      due_by: dueMs === null ? null : Math.floor(dueMs / 1_000),
      has_evidence: Object.keys(dispute.evidence).length > 0,
      past_due: dueMs !== null && nowMs > dueMs,
      submission_count: dispute.submissions,
    },
    is_charge_refundable: state.status === 'inquiry' || state.status === 'closed' || state.status === 'won',
    livemode: dispute.mode === 'live',
    metadata: dispute.metadata,
    network_reason_code: dispute.reasonCode,
    payment_intent: dispute.paymentId,
    reason: dispute.reason,
    status: statusOf(state),
  }
}

function statusOf(state: DisputeState): string {
  switch (state.status) {
    case 'inquiry':
      return 'warning_needs_response'
    case 'closed':
      return 'warning_closed'
    case 'needs_response':
    case 'under_review':
    case 'won':
    case 'lost':
      return state.status
    default:
      return unreachable(state)
  }
}

/** Every field of Stripe's evidence, in words or as the id of a file. */
const evidenceFields = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const
