import { unreachable } from './assert.ts'
import type { MessageReversal, MessageSending } from './message-sending.ts'

/**
 * The one message by which the acquirer learns what is to be paid, or given back.
 *
 *   due ──▶ sent ──▶ accepted
 *    │       │ ▲─────────────────┐
 *    │       ├──▶ unknown ───────┤    (the same message again, as a repeat)
 *    │       ├──▶ refused ───────┘──▶ needs_attention ──▶ given_up | canceled (where it never left)
 *    ▼       ├──▶ declined                                (a refund that nobody pays)
 *    canceled│
 *            ├──▶ due                                     (nobody decided: a new message)
 *            └──▶ unknown ──▶ reversing ──▶ due           (a host that would pay a repeat twice)
 *
 * Invariants: `sent` is durable before a byte leaves; what it is told apart by is fixed at the first sending and the
 * same in every repeat; what has left is never canceled; a new message goes out only when the one before is certain to
 * have done nothing.
 */
export type Presentment =
  /** `dueMs` null: it waits for its batch. */
  | { readonly state: 'due'; readonly dueMs: number | null; readonly presentation: number }
  | { readonly state: 'sent'; readonly sending: PresentmentSending }
  | { readonly state: 'unknown'; readonly retryAtMs: number; readonly sending: PresentmentSending }
  /** Technically only: what is presented is done, whatever the host says. */
  | {
      readonly state: 'refused'
      readonly retryAtMs: number
      readonly responseCode: string
      readonly sending: PresentmentSending
    }
  | {
      readonly state: 'accepted'
      readonly acceptedMs: number
      readonly responseCode: string
      readonly sending: PresentmentSending
    }
  /** Of a refund, which is asked: issuer or acquirer said no. */
  | {
      readonly state: 'declined'
      readonly endedMs: number
      readonly responseCode: string
      readonly sending: PresentmentSending
    }
  /** It may have been paid, and is taken back before it is asked anew. */
  | {
      readonly state: 'reversing'
      readonly reversal: MessageReversal
      readonly sending: PresentmentSending
    }
  /** So many tries that a human has to find out why, or nothing to make the message of; `why` says which. */
  | {
      readonly state: 'needs_attention'
      readonly why: string
      readonly responseCode: string | null
      readonly presentation: number
      readonly sending: PresentmentSending | null
    }
  /** A human has found out that the acquirer will never take it. */
  | {
      readonly state: 'given_up'
      readonly endedMs: number
      readonly responseCode: string | null
      readonly presentation: number
      readonly sending: PresentmentSending | null
    }
  | { readonly state: 'canceled'; readonly presentation: number }

export interface PresentmentSending extends MessageSending {
  /** Counted from one: how often it went out as a message of its own. The retrieval reference of a refund follows from it. */
  readonly presentation: number
}

export type PresentmentEvent =
  /** The batch that it waits for closes. */
  | { readonly type: 'due'; readonly nowMs: number }
  | { readonly type: 'sent'; readonly stan: string; readonly sendBeforeMs: number; readonly nowMs: number }
  | { readonly type: 'no_answer'; readonly retryAtMs: number }
  | { readonly type: 'accepted'; readonly responseCode: string; readonly nowMs: number }
  | { readonly type: 'declined'; readonly responseCode: string; readonly nowMs: number }
  /** Certain that nothing was done: it goes out again as a message of its own. */
  | { readonly type: 'undecided'; readonly retryAtMs: number }
  | {
      readonly type: 'refused'
      readonly responseCode: string
      readonly retryAtMs: number
      readonly triesMax: number
    }
  | { readonly type: 'reversal_planned'; readonly stan: string; readonly nowMs: number }
  | { readonly type: 'reversal_unanswered'; readonly retryAtMs: number }
  | { readonly type: 'reversed'; readonly nowMs: number }
  /** It cannot go on by itself. */
  | { readonly type: 'stuck'; readonly why: string }
  /** A human has mended what was wrong. */
  | { readonly type: 'retried'; readonly nowMs: number }
  | { readonly type: 'given_up'; readonly nowMs: number }
  | { readonly type: 'canceled' }

/** Null where the event changes nothing: somebody else was faster. `stan` counts at the first sending only. */
export function advancePresentment(presentment: Presentment, event: PresentmentEvent): Presentment | null {
  const { state } = presentment
  switch (event.type) {
    case 'due':
      return state === 'due' ? { ...presentment, dueMs: presentment.dueMs ?? event.nowMs } : null
    case 'sent': {
      const { stan, sendBeforeMs, nowMs: transmittedAtMs } = event
      if (state === 'due') {
        const { presentation } = presentment
        return {
          state: 'sent',
          sending: { presentation, stan, transmittedAtMs, sendBeforeMs, repeats: 0 },
        }
      }
      if (state !== 'unknown' && state !== 'refused') return null
      const { sending } = presentment
      return { state: 'sent', sending: { ...sending, sendBeforeMs, repeats: sending.repeats + 1 } }
    }
    case 'no_answer':
      if (state !== 'sent') return null
      return { state: 'unknown', retryAtMs: event.retryAtMs, sending: presentment.sending }
    case 'accepted': {
      if (state !== 'sent' && state !== 'unknown') return null
      const { responseCode, nowMs } = event
      return { state: 'accepted', acceptedMs: nowMs, responseCode, sending: presentment.sending }
    }
    case 'declined': {
      if (state !== 'sent') return null
      const { responseCode, nowMs } = event
      return { state: 'declined', endedMs: nowMs, responseCode, sending: presentment.sending }
    }
    case 'undecided':
      return state === 'sent' ? anew(presentment.sending, event.retryAtMs) : null
    case 'refused': {
      if (state !== 'sent') return null
      const { responseCode, retryAtMs, triesMax } = event
      const { sending } = presentment
      const { presentation } = sending
      return sending.repeats + 1 < triesMax
        ? { state: 'refused', retryAtMs, responseCode, sending }
        : { state: 'needs_attention', why: 'presentment_refused', responseCode, presentation, sending }
    }
    case 'reversal_planned': {
      if (state !== 'unknown') return null
      const { stan, nowMs } = event
      const reversal = { stan, transmittedAtMs: nowMs, tries: 0, retryAtMs: nowMs }
      return { state: 'reversing', reversal, sending: presentment.sending }
    }
    case 'reversal_unanswered': {
      if (state !== 'reversing') return null
      const { reversal } = presentment
      const { retryAtMs } = event
      return { ...presentment, reversal: { ...reversal, tries: reversal.tries + 1, retryAtMs } }
    }
    case 'reversed':
      return state === 'reversing' ? anew(presentment.sending, event.nowMs) : null
    case 'stuck': {
      if (isEnded(presentment) || state === 'reversing') return null
      const sending = 'sending' in presentment ? presentment.sending : null
      return {
        state: 'needs_attention',
        why: event.why,
        responseCode: null,
        presentation: presentationNumber(presentment),
        sending,
      }
    }
    case 'retried': {
      if (state !== 'needs_attention') return null
      const { sending, presentation } = presentment
      return sending === null
        ? { state: 'due', dueMs: event.nowMs, presentation }
        : { state: 'unknown', retryAtMs: event.nowMs, sending: { ...sending, repeats: 0 } }
    }
    case 'given_up': {
      if (state !== 'needs_attention') return null
      const { responseCode, presentation, sending } = presentment
      return { state: 'given_up', endedMs: event.nowMs, responseCode, presentation, sending }
    }
    case 'canceled':
      return hasNeverLeft(presentment)
        ? { state: 'canceled', presentation: presentationNumber(presentment) }
        : null
    default:
      return unreachable(event)
  }
}

/** How often it went out, or will have gone out then, as a message of its own. */
export function presentationNumber(presentment: Presentment): number {
  return 'presentation' in presentment ? presentment.presentation : presentment.sending.presentation
}

/** Also one that waits for a human before its first sending. */
function hasNeverLeft(presentment: Presentment): boolean {
  const { state } = presentment
  return state === 'due' || (state === 'needs_attention' && presentment.sending === null)
}

function isEnded({ state }: Presentment): boolean {
  return state === 'accepted' || state === 'declined' || state === 'given_up' || state === 'canceled'
}

function anew({ presentation }: PresentmentSending, dueMs: number): Presentment {
  return { state: 'due', dueMs, presentation: presentation + 1 }
}
