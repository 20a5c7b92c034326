/**
 * The one message by which the acquirer learns what is to be paid, or given back.
 *
 *   due ──▶ sent ──▶ accepted
 *    │       │ ▲──────────────┐
 *    │       ├──▶ unknown ────┤    (the same message again, as a repeat)
 *    │       └──▶ refused ────┘──▶ needs_attention
 *    ▼
 *    canceled                      (nothing has left for it)
 *
 * Invariants: `sent` is durable before a byte leaves; what it is told apart by is fixed at the first sending and the
 * same in every repeat; what has left is never canceled.
 */
export type Presentment =
  /** `dueMs` null: it waits for its batch. */
  | { readonly state: 'due'; readonly dueMs: number | null }
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
  /** So many tries that a human has to find out why, or nothing to make the message of; `why` says which. */
  | {
      readonly state: 'needs_attention'
      readonly why: string
      readonly responseCode: string | null
      readonly sending: PresentmentSending | null
    }
  | { readonly state: 'canceled' }

export interface PresentmentSending {
  /** Six digits. */
  readonly stan: string
  /** DE7 of the first sending. */
  readonly transmittedAtMs: number
  /** Nothing leaves after this moment, whoever still holds the socket. */
  readonly sendBeforeMs: number
  readonly repeats: number
}

export type PresentmentEvent =
  /** The batch that it waits for closes. */
  | { readonly type: 'due'; readonly nowMs: number }
  | { readonly type: 'sent'; readonly stan: string; readonly sendBeforeMs: number; readonly nowMs: number }
  | { readonly type: 'no_answer'; readonly retryAtMs: number }
  | { readonly type: 'accepted'; readonly responseCode: string; readonly nowMs: number }
  | {
      readonly type: 'refused'
      readonly responseCode: string
      readonly retryAtMs: number
      readonly triesMax: number
    }
  | { readonly type: 'given_up'; readonly why: string }
  /** A human has mended what was wrong. */
  | { readonly type: 'retried'; readonly nowMs: number }
  | { readonly type: 'canceled' }

/** Null where the event changes nothing: somebody else was faster. `stan` counts at the first sending only. */
export function advancePresentment(presentment: Presentment, event: PresentmentEvent): Presentment | null {
  const { state } = presentment
  switch (event.type) {
    case 'due':
      return state === 'due' ? { state, dueMs: presentment.dueMs ?? event.nowMs } : null
    case 'sent': {
      const { stan, sendBeforeMs, nowMs } = event
      if (state === 'due')
        return { state: 'sent', sending: { stan, transmittedAtMs: nowMs, sendBeforeMs, repeats: 0 } }
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
    case 'refused': {
      if (state !== 'sent') return null
      const { responseCode, retryAtMs, triesMax } = event
      const { sending } = presentment
      return sending.repeats + 1 < triesMax
        ? { state: 'refused', retryAtMs, responseCode, sending }
        : { state: 'needs_attention', why: 'presentment_refused', responseCode, sending }
    }
    case 'given_up': {
      if (state === 'accepted' || state === 'canceled') return null
      const sending = 'sending' in presentment ? presentment.sending : null
      return { state: 'needs_attention', why: event.why, responseCode: null, sending }
    }
    case 'retried':
      if (state !== 'needs_attention') return null
      return presentment.sending === null
        ? { state: 'due', dueMs: event.nowMs }
        : { state: 'unknown', retryAtMs: event.nowMs, sending: { ...presentment.sending, repeats: 0 } }
    case 'canceled':
      return state === 'due' ? { state: 'canceled' } : null
  }
}
