import {
  type BalanceTransactionView,
  findBalanceTransactions,
} from '../../ledger/balance-transaction-queries.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'

/** What has become available by now is `available`, without a worker. */
export const balanceTransactionKind: ObjectKind = {
  async render(db, viewing, ids) {
    const found = await findBalanceTransactions(db, viewing, ids)
    return new Map(found.map((view) => [view.txn, renderBalanceTransaction(view, viewing.nowMs)]))
  },
  expandable: { source: { kind: 'balance_source' } },
}

export function renderBalanceTransaction(view: BalanceTransactionView, nowMs: number): StripeObject {
  const { fee_minor: fee, fee_description: description, currency } = view
  return {
    id: view.txn,
    object: 'balance_transaction',
    amount: view.amount_minor,
    available_on: Math.floor(view.available_ms / 1_000),
    created: Math.floor(view.created_ms / 1_000),
    currency,
    description: view.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0 ? [] : [{ amount: fee, application: null, currency, description, type: 'stripe_fee' }],
    net: view.net_minor,
    reporting_category: view.reporting_category,
    source: view.source,
    status: view.available_ms <= nowMs ? 'available' : 'pending',
    type: view.type,
  }
}
