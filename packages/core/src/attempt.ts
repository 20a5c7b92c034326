import type { MessageReversal, MessageSending } from './message-sending.ts'

/**
 * One try at the issuer, as the gateway keeps it.
 *
 *   planned ──▶ sent ──▶ approved ──▶ reversing ──▶ reversed
 *    │ │ ▲        │  ├──▶ declined ◀──── ▲ ▲  (a part that the contract does not take)
 *    │ │ │        │  └──▶ unknown ───────┘ │      unknown ──▶ sent (the same message again, as a repeat)
 *    │ ▼ │        ├───────────────────────┘
 *    │ shelved ◀──┘                               (certain that no byte left)
 *    ▼
 *    expired                                      (a stored sale too old to be sent)
 *
 * Invariants: `sent` is durable before a byte leaves; an unknown answer is never mapped to a result; what a message
 * is told apart by (STAN, RRN, transmission time) is fixed at the first sending and the same in every repeat.
 */
export type Attempt = AttemptFacts & AttemptState

export interface AttemptFacts {
  /** Gateway's count within the payment, from 1; with the payment id it derives the RRN. */
  readonly number: number
  /** The device's id of the try; a re-presentation keeps it and gets a new number. */
  readonly attemptId: string
  /** The device's count within the sale: a later card supersedes an earlier one. */
  readonly ordinal: number
  readonly readId: string
  /** True when the issuer is asked after the goods have gone: the deferred mark of the message. */
  readonly deferred: boolean
}

export type AttemptState =
  | { readonly state: 'planned'; readonly notBeforeMs: number }
  | { readonly state: 'shelved' }
  /** Older than the acquirer still takes it: nothing leaves for it any more, and a human finds another way. */
  | { readonly state: 'expired' }
  | ({ readonly state: 'sent' } & Sending)
  | ({ readonly state: 'unknown'; readonly retryAtMs: number } & Sending)
  | ({
      readonly state: 'approved'
      readonly approvalCode: string
      /** Minor units, where the issuer approved less than was asked; absent for the whole (MC3). */
      readonly approvedMinor?: number
    } & Answer &
      Sending)
  | ({ readonly state: 'declined'; readonly retryAtMs: number | null } & Answer & Sending)
  | ({ readonly state: 'reversing'; readonly reversal: Reversal } & Sending)
  | ({ readonly state: 'reversed'; readonly why: ReversalReason } & Sending)

/** What identifies the message at the acquirer; persisted before the socket sees it. */
export interface Sending extends MessageSending {
  /** Six digits, unique per terminal and day; `UNKNOWN_STAN` of what only a lost database knew. */
  readonly stan: string
  /** Twelve characters, derived from what the device named and how often it was presented. */
  readonly rrn: string
  /** It told the issuer what was done (0120), and did not ask. */
  readonly advice?: true
  /** It asked to hold the money (0100) also where the host captures by approving (0200). */
  readonly holds?: true
}

/** Stands for the STAN of a message that a lost database sent, if it sent it: only its RRN is known. DE90 says so too. */
export const UNKNOWN_STAN = '000000'

export interface Answer {
  readonly responseCode: string
  readonly answeredAtMs: number
}

export interface Reversal extends MessageReversal {
  /** `part_refused`: the issuer approved a part and the contract takes no parts; once reversed it is a decline. */
  readonly why: ReversalReason | 'part_refused'
}

/** `found_reversed`: the host says so; a database that was lost meanwhile had it taken back. */
export type ReversalReason = 'voided' | 'superseded' | 'unclaimed' | 'no_answer' | 'found_reversed'

/** DE39 of an approval of a part: where the contract takes no parts, the reason of the decline. */
export const PART_APPROVED = '10'

/** What a device that waits for an online answer is told. `defer`: decide under your lease. */
export type AttemptResult =
  | { readonly result: 'pending' }
  | {
      readonly result: 'approved'
      readonly approvalCode: string
      readonly responseCode: string
      readonly approvedMinor?: number
    }
  | { readonly result: 'declined'; readonly responseCode: string }
  | { readonly result: 'defer' }

export function attemptResult(attempt: Attempt): AttemptResult {
  switch (attempt.state) {
    case 'planned':
    case 'sent':
      return { result: 'pending' }
    case 'unknown':
      // What a lost database may have asked is found out later; nobody waits at the counter for it.
      return { result: attempt.stan === UNKNOWN_STAN ? 'defer' : 'pending' }
    case 'approved':
      return {
        result: 'approved',
        approvalCode: attempt.approvalCode,
        responseCode: attempt.responseCode,
        ...(attempt.approvedMinor === undefined ? {} : { approvedMinor: attempt.approvedMinor }),
      }
    case 'declined':
      return attempt.retryAtMs === null
        ? { result: 'declined', responseCode: attempt.responseCode }
        : { result: 'defer' }
    case 'reversing':
      // Whatever becomes of the reversal: the issuer did not approve this sale.
      return attempt.reversal.why === 'part_refused'
        ? { result: 'declined', responseCode: PART_APPROVED }
        : { result: 'defer' }
    case 'shelved':
    case 'expired':
    case 'reversed':
      return { result: 'defer' }
  }
}
