import type { Answer, ReversalReason, Sending } from './attempt.ts'
import type { AcceptedBy, GivenUp } from './payment-story.ts'

/** What may happen to a payment; `advance` says what comes of it. */
export type StoryEvent =
  | {
      readonly type: 'presented'
      readonly attemptId: string
      readonly ordinal: number
      readonly readId: string
      readonly nowMs: number
    }
  | ({ readonly type: 'accepted' } & Acceptance)
  /** A person says that this acceptance is the genuine one of two; it stands where no approval of the other may. */
  | ({ readonly type: 'accepted_instead' } & Acceptance)
  /** A person closes an accepted sale as not paid. */
  | ({ readonly type: 'given_up' } & GivenUp)
  /** A lost database may have asked the issuer for this try: only its RRN is certain. */
  | {
      readonly type: 'remembered'
      readonly attemptId: string
      readonly ordinal: number
      readonly readId: string
      readonly rrn: string
      readonly nowMs: number
    }
  /** The same of a try that is known here, and was not sent before the copy was taken that this database came from. */
  | { readonly type: 'doubted'; readonly number: number; readonly rrn: string; readonly nowMs: number }
  /** The same of a try that was over when the copy was taken, and may have been presented once more since. */
  | ({ readonly type: 'doubted_again'; readonly number: number } & PerhapsAgain)
  /** The gateway's own signed word of before its database was lost, which the device has kept. */
  | {
      readonly type: 'adopted'
      readonly attemptId: string
      readonly sending: Pick<Sending, 'stan' | 'rrn' | 'transmittedAtMs' | 'advice'>
      readonly answer: Answer & { readonly approvalCode: string | null; readonly approvedMinor: number }
    }
  /** Somebody looked at the acquirer's: this approval stands there. */
  | {
      readonly type: 'found_approval'
      readonly sending: Pick<Sending, 'stan' | 'rrn' | 'transmittedAtMs'>
      readonly answer: Answer & { readonly approvalCode: string; readonly approvedMinor: number }
    }
  /** Somebody looked at the acquirer's: nothing of this payment stands there that is not known here. */
  | { readonly type: 'found_nothing'; readonly nowMs: number }
  | { readonly type: 'voided'; readonly reason: string }
  /** The device wrote in a tip after the sale; the newest one counts. */
  | { readonly type: 'tipped'; readonly tipMinor: number }
  /** The issuer holds so much more, minor units. */
  | { readonly type: 'incremented'; readonly byMinor: number }
  /** The merchant takes so much of a manual approval, with the tip. */
  | { readonly type: 'captured'; readonly amountMinor: number }
  /** What takes the money is about to leave, or is settled: no reversal takes it back from here on. */
  | { readonly type: 'collected'; readonly nowMs: number }
  /** The merchant calls the sale off, or nobody captured it in time. */
  | { readonly type: 'canceled'; readonly reason: CancelReason }
  | { readonly type: 'sent'; readonly number: number; readonly sending: Sending }
  | { readonly type: 'not_sent'; readonly number: number; readonly retryAtMs: number }
  | {
      readonly type: 'approved'
      readonly number: number
      readonly responseCode: string
      readonly approvalCode: string
      /** Minor units; below what was asked it is a partial approval. */
      readonly approvedMinor: number
      readonly nowMs: number
    }
  | {
      readonly type: 'declined'
      readonly number: number
      readonly responseCode: string
      readonly retryAtMs: number | null
      readonly nowMs: number
    }
  /** The issuer approved a part and the contract takes no parts: it is taken back by the message of this STAN. */
  | {
      readonly type: 'part_refused'
      readonly number: number
      readonly stan: string
      readonly nowMs: number
    }
  | { readonly type: 'no_answer'; readonly number: number; readonly retryAtMs: number }
  /** A stored sale that is older than the acquirer takes. */
  | { readonly type: 'expired'; readonly number: number }
  | {
      readonly type: 'reversal_planned'
      readonly number: number
      readonly why: ReversalReason
      readonly stan: string
      readonly nowMs: number
    }
  | { readonly type: 'reversal_unanswered'; readonly number: number; readonly retryAtMs: number }
  | {
      readonly type: 'reversed'
      readonly number: number
      /** Set when the host knew it and a lost database may have presented the same try once more: under this RRN. */
      readonly next?: PerhapsAgain
    }
  /** A repeat was answered so: the host has taken the approval back. */
  | { readonly type: 'found_reversed'; readonly number: number }
  | { readonly type: 'represented'; readonly number: number; readonly nowMs: number }

export type CancelReason = 'canceled' | 'expired'

/** Why an event changes nothing. Each is a code of the error table. */
export type StoryRefusal =
  | 'payment_voided'
  | 'attempt_superseded'
  | 'duplicate_suspected'
  | 'attempt_already_settled'
  | 'state_unfit'

interface PerhapsAgain {
  readonly rrn: string
  readonly nowMs: number
}

interface Acceptance {
  readonly attemptId: string
  readonly ordinal: number
  readonly readId: string
  readonly by: AcceptedBy
  readonly atMs: number
  readonly notBeforeMs: number
  /** An approval that was given before this moment may have been taken back by a database that is lost. */
  readonly reversibleBeforeMs?: number
}
