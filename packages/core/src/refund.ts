import { unreachable } from './assert.ts'

/**
 * waiting_parent ──parent_captured──▶ submitted ──accepted──▶ succeeded
 *    │    └───────parent_lost──┐         └─────refused──▶ failed
 *    └──canceled               └──▶ failed
 *
 * Money moves from `submitted` on. What was submitted may be with the issuer, so nobody calls it off any more.
 */
export type RefundState =
  | { readonly status: 'waiting_parent' }
  | { readonly status: 'submitted'; readonly submittedMs: number }
  | { readonly status: 'succeeded'; readonly submittedMs: number; readonly succeededMs: number }
  | {
      readonly status: 'failed'
      /** Null: it never left, because its payment brought no money. */
      readonly submittedMs: number | null
      readonly failedMs: number
      readonly failureReason: RefundFailure
    }
  | { readonly status: 'canceled'; readonly canceledMs: number }

export type RefundFailure =
  /** The payment that it waited for was declined or called off. */
  | 'payment_not_captured'
  /** The payment brought less than what was to be given back. */
  | 'captured_less'
  /** The acquirer or the issuer refused. */
  | 'refused'

export type RefundEvent =
  | { readonly type: 'parent_captured'; readonly atMs: number }
  | { readonly type: 'parent_lost'; readonly atMs: number; readonly failureReason: RefundFailure }
  | { readonly type: 'accepted'; readonly atMs: number }
  | { readonly type: 'refused'; readonly atMs: number }
  | { readonly type: 'canceled'; readonly atMs: number }

/** The same state object when it is told again what it knows. */
export function advanceRefund(
  state: RefundState,
  event: RefundEvent,
): RefundState | 'refund_not_cancelable' | 'refund_unexpected_event' {
  switch (event.type) {
    case 'parent_captured':
      if (state.status === 'waiting_parent') return { status: 'submitted', submittedMs: event.atMs }
      return state
    case 'parent_lost': {
      if (state.status !== 'waiting_parent') return state
      const { atMs: failedMs, failureReason } = event
      return { status: 'failed', submittedMs: null, failedMs, failureReason }
    }
    case 'accepted':
      if (state.status === 'submitted') return { ...state, status: 'succeeded', succeededMs: event.atMs }
      return state.status === 'succeeded' ? state : 'refund_unexpected_event'
    case 'refused':
      if (state.status === 'submitted')
        return { ...state, status: 'failed', failedMs: event.atMs, failureReason: 'refused' }
      return state.status === 'failed' ? state : 'refund_unexpected_event'
    case 'canceled':
      if (state.status === 'waiting_parent') return { status: 'canceled', canceledMs: event.atMs }
      return state.status === 'canceled' ? state : 'refund_not_cancelable'
    default:
      return unreachable(event)
  }
}

/** What is known of the payment when somebody wants money back. Minor units. */
export interface RefundParent {
  readonly state:
    | { readonly is: 'captured'; readonly capturedMinor: number }
    /** Accepted by a device, and no issuer has decided, or its capture is on the way. */
    | { readonly is: 'undecided'; readonly amountMinor: number }
    | { readonly is: 'lost' }
  /** Refunds that stand: waiting, submitted, succeeded. */
  readonly refundedMinor: number
  readonly disputed: boolean
}

export type RefundAdmission =
  | { readonly ok: true; readonly amountMinor: number; readonly waits: boolean }
  | { readonly ok: false; readonly refusal: Exclude<RefundRefusal, 'refund_amount_above_capture'> }
  /** `leftMinor`: what can still be given back. */
  | { readonly ok: false; readonly refusal: 'refund_amount_above_capture'; readonly leftMinor: number }

export type RefundRefusal =
  | 'payment_not_refundable'
  | 'charge_disputed'
  | 'charge_already_refunded'
  | 'refund_amount_above_capture'

/** `wantedMinor` null: all that is left. The order of the rules is precedence. */
export function admitRefund(parent: RefundParent, wantedMinor: number | null): RefundAdmission {
  const { state, refundedMinor, disputed } = parent
  if (state.is === 'lost') return { ok: false, refusal: 'payment_not_refundable' }
  if (disputed) return { ok: false, refusal: 'charge_disputed' }
  const totalMinor = state.is === 'captured' ? state.capturedMinor : state.amountMinor
  const leftMinor = totalMinor - refundedMinor
  if (leftMinor <= 0) return { ok: false, refusal: 'charge_already_refunded' }
  const amountMinor = wantedMinor ?? leftMinor
  if (amountMinor > leftMinor) return { ok: false, refusal: 'refund_amount_above_capture', leftMinor }
  return { ok: true, amountMinor, waits: state.is === 'undecided' }
}
