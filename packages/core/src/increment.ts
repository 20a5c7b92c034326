import { unreachable } from './assert.ts'
import type { MessageReversal, MessageSending } from './message-sending.ts'

/**
 * More that is asked for on an approval which only holds: an incremental authorisation.
 *
 *   due ──▶ sent ──▶ approved
 *    │       │ ▲────────┐
 *    │       ├──▶ unknown ──▶ reversing ──▶ reversed
 *    │       ├──▶ declined        ▲
 *    ▼       └────────────────────┘ (a part was approved, or its payment was called off meanwhile)
 *    canceled
 *
 * Invariants: `sent` is durable before a byte leaves; what it is told apart by is fixed at the first sending and the same in
 * every repeat; only `approved` raises what may be captured; what may have been approved and does not count is taken back.
 */
export type Increment =
  | { readonly state: 'due'; readonly dueMs: number }
  | { readonly state: 'sent'; readonly sending: MessageSending }
  | { readonly state: 'unknown'; readonly retryAtMs: number; readonly sending: MessageSending }
  | {
      readonly state: 'approved'
      readonly endedMs: number
      readonly responseCode: string
      readonly approvalCode: string
      readonly sending: MessageSending
    }
  | {
      readonly state: 'declined'
      readonly endedMs: number
      readonly responseCode: string
      readonly sending: MessageSending
    }
  | {
      readonly state: 'reversing'
      readonly why: IncrementReversalReason
      readonly reversal: MessageReversal
      readonly sending: MessageSending
    }
  | {
      readonly state: 'reversed'
      readonly endedMs: number
      readonly why: IncrementReversalReason
      readonly sending: MessageSending
    }
  /** Nothing has left, or nothing that anybody could have heard. */
  | { readonly state: 'canceled'; readonly endedMs: number }

export type IncrementReversalReason =
  | 'no_answer'
  /** All or nothing: the merchant has asked for a total. */
  | 'part_approved'
  | 'payment_canceled'

export type IncrementEvent =
  | { readonly type: 'sent'; readonly stan: string; readonly sendBeforeMs: number; readonly nowMs: number }
  /** Certain that no byte left. */
  | { readonly type: 'not_sent'; readonly retryAtMs: number }
  | { readonly type: 'no_answer'; readonly retryAtMs: number }
  | {
      readonly type: 'approved'
      readonly responseCode: string
      readonly approvalCode: string
      readonly nowMs: number
    }
  | { readonly type: 'declined'; readonly responseCode: string; readonly nowMs: number }
  | {
      readonly type: 'reversal_planned'
      readonly why: IncrementReversalReason
      readonly stan: string
      readonly nowMs: number
    }
  | { readonly type: 'reversal_unanswered'; readonly retryAtMs: number }
  | { readonly type: 'reversed'; readonly nowMs: number }
  | { readonly type: 'canceled'; readonly nowMs: number }

/** Null where the event changes nothing: somebody else was faster. `stan` counts at the first sending only. */
export function advanceIncrement(increment: Increment, event: IncrementEvent): Increment | null {
  const { state } = increment
  switch (event.type) {
    case 'sent': {
      const { stan, sendBeforeMs, nowMs: transmittedAtMs } = event
      if (state === 'due')
        return { state: 'sent', sending: { stan, transmittedAtMs, sendBeforeMs, repeats: 0 } }
      if (state !== 'unknown') return null
      const { sending } = increment
      return { state: 'sent', sending: { ...sending, sendBeforeMs, repeats: sending.repeats + 1 } }
    }
    case 'not_sent': {
      if (state !== 'sent') return null
      const { sending } = increment
      const { retryAtMs } = event
      if (sending.repeats === 0) return { state: 'due', dueMs: retryAtMs }
      // A repeat that did not leave says nothing about the first sending, and does not count as one.
      const before = { ...sending, repeats: sending.repeats - 1 }
      return { state: 'unknown', retryAtMs, sending: before }
    }
    case 'no_answer': {
      if (state !== 'sent') return null
      return { state: 'unknown', retryAtMs: event.retryAtMs, sending: increment.sending }
    }
    case 'approved': {
      if (state !== 'sent') return null
      const { responseCode, approvalCode, nowMs: endedMs } = event
      return { state: 'approved', endedMs, responseCode, approvalCode, sending: increment.sending }
    }
    case 'declined': {
      if (state !== 'sent') return null
      const { responseCode, nowMs: endedMs } = event
      return { state: 'declined', endedMs, responseCode, sending: increment.sending }
    }
    case 'reversal_planned': {
      if (state !== 'sent' && state !== 'unknown') return null
      const { why, stan, nowMs } = event
      const reversal = { stan, transmittedAtMs: nowMs, tries: 0, retryAtMs: nowMs }
      return { state: 'reversing', why, reversal, sending: increment.sending }
    }
    case 'reversal_unanswered': {
      if (state !== 'reversing') return null
      const { reversal } = increment
      const { retryAtMs } = event
      return { ...increment, reversal: { ...reversal, tries: reversal.tries + 1, retryAtMs } }
    }
    case 'reversed': {
      if (state !== 'reversing' && state !== 'sent') return null
      const why = state === 'reversing' ? increment.why : 'no_answer'
      return { state: 'reversed', endedMs: event.nowMs, why, sending: increment.sending }
    }
    case 'canceled':
      return state === 'due' ? { state: 'canceled', endedMs: event.nowMs } : null
    default:
      return unreachable(event)
  }
}

/** What the owner of the link does next. */
export type IncrementStep = 'ask' | 'plan_reversal' | 'reverse' | 'cancel' | 'give_up_answer' | 'wait'

export interface IncrementRules {
  /** True where the host answers a repeat with its first answer. Else an unknown one is reversed. */
  readonly hostDeduplicates: boolean
  readonly repeatsMax: number
}

/** `isWanted`: its payment still waits for its capture. `isAwaited`: whoever asked for it still waits for the answer, or it may have left. */
export function nextIncrementStep(
  increment: Increment,
  { hostDeduplicates, repeatsMax }: IncrementRules,
  {
    isWanted,
    isAwaited,
    nowMs,
  }: { readonly isWanted: boolean; readonly isAwaited: boolean; readonly nowMs: number },
): IncrementStep {
  switch (increment.state) {
    case 'due':
      if (!isWanted || !isAwaited) return 'cancel'
      return increment.dueMs <= nowMs ? 'ask' : 'wait'
    case 'sent':
      // Its sender is gone once nothing can leave for it any more.
      return increment.sending.sendBeforeMs <= nowMs ? 'give_up_answer' : 'wait'
    case 'unknown':
      if (increment.retryAtMs > nowMs) return 'wait'
      return isWanted && hostDeduplicates && increment.sending.repeats < repeatsMax ? 'ask' : 'plan_reversal'
    case 'reversing':
      return increment.reversal.retryAtMs <= nowMs ? 'reverse' : 'wait'
    case 'approved':
    case 'declined':
    case 'reversed':
    case 'canceled':
      return 'wait'
  }
}

/** Nobody knows yet whether it raises what may be captured. */
export function isIncrementOpen({ state }: Increment): boolean {
  return state === 'due' || state === 'sent' || state === 'unknown'
}

/** What is known of the payment when a merchant wants more held. Minor units. */
export interface IncrementParent {
  /** It waits for its capture, its issuer holds all of it, and its acquirer takes more on top. */
  readonly isEligible: boolean
  readonly authorisedMinor: number
  /** Asked for before, declines included. */
  readonly asked: number
  readonly isOneOpen: boolean
}

export type IncrementRefusal =
  | 'increment_not_eligible'
  | 'increment_in_flight'
  | 'increments_used_up'
  | 'increment_amount_not_above'

/** As Stripe counts. */
const INCREMENTS_MAX = 10

/** Null when it may be asked. The order of the rules is precedence. */
export function refuseIncrement(parent: IncrementParent, totalMinor: number): IncrementRefusal | null {
  if (!parent.isEligible) return 'increment_not_eligible'
  if (parent.isOneOpen) return 'increment_in_flight'
  if (totalMinor <= parent.authorisedMinor) return 'increment_amount_not_above'
  return parent.asked >= INCREMENTS_MAX ? 'increments_used_up' : null
}
