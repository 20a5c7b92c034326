import { unreachable } from './assert.ts'

/**
 * pending ──sent──▶ in_transit ──paid──▶ paid
 *    └──canceled       └───returned──▶ failed ◀──returned──┘
 *
 * A bank may give money back days after it said that it was paid. `failed` and `canceled` are for ever: the money is in
 * the balance again, and another payout takes it along.
 */
export type PayoutState =
  | { readonly status: 'pending' }
  | { readonly status: 'in_transit'; readonly sentMs: number }
  | { readonly status: 'paid'; readonly sentMs: number; readonly paidMs: number }
  | {
      readonly status: 'failed'
      readonly sentMs: number
      readonly failedMs: number
      readonly failureCode: string
    }
  | { readonly status: 'canceled'; readonly canceledMs: number }

export type PayoutEvent =
  | { readonly type: 'sent'; readonly atMs: number }
  | { readonly type: 'paid'; readonly atMs: number }
  /** `failureCode`: why, in the bank's word (ISO 20022 reason, AC04 for example). */
  | { readonly type: 'returned'; readonly atMs: number; readonly failureCode: string }
  | { readonly type: 'canceled'; readonly atMs: number }

/** The same state object when it is told again what it knows. */
export function advancePayout(state: PayoutState, event: PayoutEvent): PayoutState | PayoutRefusal {
  switch (event.type) {
    case 'sent':
      if (state.status === 'pending') return { status: 'in_transit', sentMs: event.atMs }
      return state.status === 'canceled' ? 'payout_unexpected_state' : state
    case 'paid':
      if (state.status === 'in_transit') return { ...state, status: 'paid', paidMs: event.atMs }
      return state.status === 'paid' ? state : 'payout_unexpected_state'
    case 'returned':
      if (state.status === 'in_transit' || state.status === 'paid') {
        const { sentMs } = state
        return { status: 'failed', sentMs, failedMs: event.atMs, failureCode: event.failureCode }
      }
      return state.status === 'failed' ? state : 'payout_unexpected_state'
    case 'canceled':
      if (state.status === 'pending') return { status: 'canceled', canceledMs: event.atMs }
      return state.status === 'canceled' ? state : 'payout_unexpected_state'
    default:
      return unreachable(event)
  }
}

export type PayoutRefusal = 'payout_unexpected_state'
