import {
  balanceTransactionsOf,
  type BalanceTransactionView,
} from '../../ledger/balance-transaction-queries.ts'
import type { Payout } from '../../payouts/payout.ts'
import { findPayouts } from '../../payouts/payout-queries.ts'
import { NEVER, type ObjectKind, type StripeObject } from './platform/object-kinds.ts'

export const payoutKind: ObjectKind = {
  async render(db, scope, ids) {
    const payouts = await findPayouts(db, scope, ids)
    const money = await balanceTransactionsOf(db, scope, ids)
    return new Map(
      payouts.map((payout) => [payout.payoutId, renderPayout(payout, money.get(payout.payoutId) ?? [])]),
    )
  },
  expandable: {
    balance_transaction: { kind: 'balance_transaction' },
    failure_balance_transaction: { kind: 'balance_transaction' },
    destination: NEVER,
    original_payout: NEVER,
    reversed_by: NEVER,
  },
}

/** The bank account is an extra field: Holdfast has no objects for external accounts. */
function renderPayout(payout: Payout, money: readonly BalanceTransactionView[]): StripeObject {
  const { state, bank } = payout
  const back = money.find(({ type }) => type === 'payout_failure' || type === 'payout_cancel')
  return {
    id: payout.payoutId,
    object: 'payout',
    amount: payout.amountMinor,
    arrival_date: Math.floor(payout.arrivalMs / 1_000),
    automatic: payout.automatic,
    balance_transaction: money.find(({ type }) => type === 'payout')?.txn ?? null,
    bank_account:
      bank === null
        ? null
        : { account_holder_name: bank.holder, country: bank.iban.slice(0, 2), last4: bank.iban.slice(-4) },
    created: Math.floor(payout.createdMs / 1_000),
    currency: payout.currency,
    description: payout.description,
    destination: null,
    failure_balance_transaction: back?.txn ?? null,
    failure_code: state.status === 'failed' ? failureCode(state.failureCode) : null,
    failure_message: state.status === 'failed' ? `The bank sent the money back: ${state.failureCode}.` : null,
    livemode: payout.mode === 'live',
    metadata: payout.metadata,
    method: 'standard',
    original_payout: null,
    reconciliation_status: payout.automatic ? 'completed' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: state.status,
    type: 'bank_account',
  }
}

/** Reasons of ISO 20022 as Stripe calls them. */
function failureCode(reason: string): string {
  return (Object.hasOwn(FAILURE_CODES, reason) ? FAILURE_CODES[reason] : undefined) ?? 'declined'
}

const FAILURE_CODES: Readonly<Record<string, string>> = {
  AC01: 'invalid_account_number',
  AC04: 'account_closed',
  AC06: 'account_frozen',
  AM04: 'insufficient_funds',
  AG01: 'bank_account_restricted',
  BE01: 'incorrect_account_holder_name',
  RC01: 'invalid_account_number',
}
