import { unreachable } from './assert.ts'

/**
 * inquiry ──escalated──▶ needs_response ──evidence──▶ under_review ──won──▶ won
 *    └──closed──▶ closed      └──accepted, deadline──▶ lost ◀──lost──┘
 *
 * The money is held from `needs_response` on. Deadlines are data of the scheme; after one, nothing can be answered. What
 * was won may be contested once more by the issuer (pre-arbitration): then it needs a response again.
 */
export type DisputeState =
  | { readonly status: 'inquiry'; readonly dueMs: number }
  | { readonly status: 'needs_response'; readonly dueMs: number; readonly round: number }
  | { readonly status: 'under_review'; readonly submittedMs: number; readonly round: number }
  | { readonly status: 'won'; readonly closedMs: number; readonly round: number }
  | { readonly status: 'lost'; readonly closedMs: number; readonly round: number }
  /** An inquiry that came to nothing: no money moved. */
  | { readonly status: 'closed'; readonly closedMs: number }

export type DisputeEvent =
  /** The issuer takes the money back; also an inquiry that it was not content with, and what it contests again. */
  | { readonly type: 'charged_back'; readonly dueMs: number }
  | { readonly type: 'submitted'; readonly atMs: number }
  /** The merchant does not contest it. */
  | { readonly type: 'accepted'; readonly atMs: number }
  | { readonly type: 'deadline_over'; readonly atMs: number }
  | { readonly type: 'won'; readonly atMs: number }
  | { readonly type: 'lost'; readonly atMs: number }

export type DisputeRefusal = 'dispute_not_open' | 'dispute_deadline_over'

/** The same state object when it is told again what it knows. */
export function advanceDispute(state: DisputeState, event: DisputeEvent): DisputeState | DisputeRefusal {
  const round = 'round' in state ? state.round : 1
  switch (event.type) {
    case 'charged_back':
      if (state.status === 'inquiry') return { status: 'needs_response', dueMs: event.dueMs, round: 1 }
      if (state.status === 'won' && round < ROUNDS_MAX)
        return { status: 'needs_response', dueMs: event.dueMs, round: round + 1 }
      return state
    case 'submitted':
      if (state.status !== 'inquiry' && state.status !== 'needs_response') return 'dispute_not_open'
      if (event.atMs > state.dueMs) return 'dispute_deadline_over'
      if (state.status === 'inquiry') return { status: 'closed', closedMs: event.atMs }
      return { status: 'under_review', submittedMs: event.atMs, round }
    case 'accepted':
      if (state.status === 'lost') return state
      if (state.status !== 'needs_response') return 'dispute_not_open'
      return { status: 'lost', closedMs: event.atMs, round }
    case 'deadline_over':
      if (state.status === 'inquiry') return { status: 'closed', closedMs: event.atMs }
      if (state.status !== 'needs_response' || event.atMs <= state.dueMs) return state
      return { status: 'lost', closedMs: event.atMs, round }
    case 'won':
    case 'lost':
      if (state.status === event.type) return state
      if (state.status !== 'under_review' && state.status !== 'needs_response') return 'dispute_not_open'
      return { status: event.type, closedMs: event.atMs, round }
    default:
      return unreachable(event)
  }
}

/** A chargeback, and once more as pre-arbitration. */
const ROUNDS_MAX = 2

/** Is the merchant's money held? */
export function isHeld({ status }: DisputeState): boolean {
  return status === 'needs_response' || status === 'under_review'
}

export interface DisputeTerms {
  /** What the issuer claims, in Stripe's word. */
  readonly reason: string
  readonly responseDays: number
}

/**
 * By the issuer's reason code: Visa 10.x to 13.x, Mastercard 48xx, CB two digits. Days to answer, with a margin below what
 * the schemes give (Visa 20, Mastercard 40, CB 15 as providers publish them).
 */
export function disputeTerms(reasonCode: string): DisputeTerms {
  const known = DISPUTE_TERMS.find(([prefix]) => reasonCode.startsWith(prefix))
  return known === undefined ? { reason: 'general', responseDays: 14 } : known[1]
}

const DISPUTE_TERMS: readonly (readonly [string, DisputeTerms])[] = [
  ['10.', { reason: 'fraudulent', responseDays: 18 }],
  ['11.', { reason: 'general', responseDays: 18 }],
  ['12.6', { reason: 'duplicate', responseDays: 18 }],
  ['12.', { reason: 'incorrect_account_details', responseDays: 18 }],
  ['13.1', { reason: 'product_not_received', responseDays: 18 }],
  ['13.3', { reason: 'product_unacceptable', responseDays: 18 }],
  ['13.6', { reason: 'credit_not_processed', responseDays: 18 }],
  ['13.', { reason: 'general', responseDays: 18 }],
  ['4837', { reason: 'fraudulent', responseDays: 38 }],
  ['487', { reason: 'fraudulent', responseDays: 38 }],
  ['4834', { reason: 'duplicate', responseDays: 38 }],
  ['4808', { reason: 'general', responseDays: 38 }],
  ['48', { reason: 'general', responseDays: 38 }],
  ['14', { reason: 'unrecognized', responseDays: 13 }],
  ['42', { reason: 'duplicate', responseDays: 13 }],
  ['45', { reason: 'general', responseDays: 13 }],
  ['fraud', { reason: 'fraudulent', responseDays: 18 }],
  ['duplicate', { reason: 'duplicate', responseDays: 18 }],
]
