import type { BreakerLimits } from './circuit-breaker.ts'
import type { Iso8583Message } from './message.ts'

/**
 * down ──dialled──▶ signing_on ──0810/00, new MAC key──▶ up ◀──breaker──▶ suspended
 *   ▲                   │                                │                    │
 *   └──── back-off ◀────┴── close, silence, malformed ◀──┴────────────────────┘
 *
 * `suspended`: signed on, but the circuit breaker lets nothing through at this moment.
 */
export type LinkState = 'down' | 'signing_on' | 'up' | 'suspended'

/** `not_sent` is certain: no byte left this process. Everything else that is not an answer is `no_answer`. */
export type Exchange =
  | { readonly kind: 'answer'; readonly message: Iso8583Message }
  | { readonly kind: 'not_sent'; readonly why: NotSent }
  | { readonly kind: 'no_answer'; readonly why: NoAnswer }

export type NotSent =
  | 'not_connected'
  | 'signing_off'
  | 'circuit_open'
  | 'congested'
  | 'send_before_passed'
  | 'already_in_flight'
  | 'too_many_in_flight'
  | 'message_not_valid'

export type NoAnswer = 'timeout' | 'connection_lost' | 'link_stopped'

/** The answer to an exchange that ended without one; never a second copy of an answer that was given. */
export type LateAnswer = { readonly message: Iso8583Message; readonly sinceSentMs: number }

export type KeyChange = 'changed' | 'refused' | 'no_answer' | 'not_connected'

export type StateChangeReason =
  | 'connected'
  | 'signed_on'
  | 'connection_closed'
  | 'send_failed'
  | 'malformed_message'
  | 'mac_wrong'
  | 'sign_on_refused'
  | 'sign_on_unanswered'
  | 'key_change_failed'
  | 'echo_unanswered'
  | 'host_signed_off'
  | 'stopped'

export type LinkLimits = BreakerLimits & {
  readonly connectTimeoutMs: number
  /** Of the sign-on, of a key change and of the sign-off, each. */
  readonly signOnTimeoutMs: number
  /** Silence from the host after which it is asked for an echo. */
  readonly echoAfterMs: number
  readonly echoTimeoutMs: number
  /** A reconnect waits a random time below base · 2ⁿ, at most the maximum. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** A connection that was up this long forgives the failures before it. */
  readonly steadyAfterMs: number
  readonly inFlightMax: number
  /** How long, and for how many exchanges, a late answer is known as one. */
  readonly lateWithinMs: number
  readonly lateMax: number
}

export const LINK_LIMITS: LinkLimits = {
  connectTimeoutMs: 3_000,
  signOnTimeoutMs: 3_000,
  echoAfterMs: 15_000,
  echoTimeoutMs: 3_000,
  backoffBaseMs: 200,
  backoffMaxMs: 10_000,
  steadyAfterMs: 5_000,
  inFlightMax: 1_000,
  breakerFailuresMax: 10,
  breakerOpenMs: 1_000,
  breakerOpenMaxMs: 30_000,
  lateWithinMs: 600_000,
  lateMax: 10_000,
}

export type ExchangeOptions = {
  readonly timeoutMs: number
  /** Wall time from which on the message must not leave; checked last, at the socket. */
  readonly sendBeforeMs?: number
}
