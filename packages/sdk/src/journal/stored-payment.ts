import type { CaptureMethod, CardFacts, Money, OfflineKind } from '@holdfast/core'
import type { OfflineReason, ReceiptTags, Signed } from '@holdfast/protocol'

/**
 * A payment as its device knows it; the device's half of DESIGN §5. Projected from the records in the same commit, so
 * a list needs no replay.
 *
 *   OPEN ──▶ ACCEPTED_ONLINE                               (the gateway's truth, known at the counter)
 *    │ │         └───▶ FAILED_TO_PROCESS                  (its approval did not last: reversed, and refused when asked anew)
 *    │ └───▶ QUEUED ──▶ UPLOADED ──▶ PROCESSED | FAILED_TO_PROCESS
 *    │           └────▶ FAILED_TO_UPLOAD ──▶ UPLOADED      (parked, later released from review)
 *    └─────▶ VOIDED                                        (also from QUEUED, UPLOADED and ACCEPTED_ONLINE)
 */
export type StoredPayment = StoredPaymentFacts & StoredPaymentState

export interface StoredPaymentFacts {
  readonly paymentId: string
  readonly saleId: string
  readonly money: Money
  /** Of `money`: what was given on top at the sale. Absent: nothing, or an earlier version stored it. */
  readonly tipMinor?: number
  readonly captureMethod: CaptureMethod
  readonly location: string
  readonly reader: string
  readonly reference: string | null
  readonly openedMs: number
  /** True while the exposure counters hold a place for this open sale. */
  readonly reserved: boolean
  /** How often a card was tried. */
  readonly attempts: number
  /** Records that still hold a sealed block of this payment; erased at its outcome. */
  readonly sealedSeqs: readonly number[]
  /** The idempotency key that opened its sale; its value in the journal goes with the payment. */
  readonly saleKey?: string
  /** Absent until something is asked of the payment after its sale. */
  readonly followUps?: FollowUps
}

/** What was asked of a payment after its sale; each stands in the journal as a record of its own. */
export interface FollowUps {
  readonly tip: {
    /** What the card is charged on top, as far as it is known here. */
    readonly tipMinor: number
    readonly atMs: number
    /** The gateway's last word about it; absent until there is one. */
    readonly said?: TipSaid
  } | null
  readonly capture: { readonly amountMinor: number; readonly atMs: number } | null
  readonly refunds: readonly {
    readonly refundId: string
    readonly amountMinor: number
    readonly atMs: number
  }[]
}

type TipSaid =
  /** The acquirer has its final amount, and takes no other. */
  | { readonly is: 'taken'; readonly atMs: number }
  /** So much was written in and is not charged; `code` is for `docs/operations.md` and may be one that is not known here. */
  | { readonly is: 'set_aside'; readonly tipMinor: number; readonly code: string; readonly atMs: number }

export type StoredPaymentState =
  | { readonly state: 'OPEN' }
  | ({
      readonly state: 'ACCEPTED_ONLINE'
      readonly responseCode: string
      readonly approvalCode: string
      /** Minor units, where the issuer approved less than `money`; absent for the whole. `owedMinor` has the rest (MC3). */
      readonly approvedMinor?: number
      /** The gateway's last word, once it has come; kept for a gateway that forgets. */
      readonly outcome?: Signed
    } & Accepted)
  | ({ readonly state: 'QUEUED' } & Accepted & StoredOffline)
  | ({ readonly state: 'UPLOADED' } & Accepted & StoredOffline)
  | ({ readonly state: 'PROCESSED'; readonly outcome: Signed } & Accepted & StoredOffline)
  | ({
      readonly state: 'FAILED_TO_PROCESS'
      readonly code: string
      /** What the person said who closed it as not paid; absent where the issuer declined. */
      readonly note?: string
      readonly outcome: Signed
    } & Accepted &
      (StoredOffline | NeverStored))
  | ({ readonly state: 'FAILED_TO_UPLOAD'; readonly code: string } & Accepted & StoredOffline)
  | { readonly state: 'VOIDED'; readonly reason: string; readonly voidedMs: number }

export interface Accepted {
  readonly acceptedMs: number
  readonly attemptId: string
  readonly card: CardFacts
  readonly receipt: ReceiptTags
  /** Of the `payment.accepted` record. */
  readonly recordSeq: number
  readonly recordHash: string
}

export interface StoredOffline {
  readonly offlineKind: OfflineKind
  readonly offlineWhy: OfflineReason
  /** Device time until which the issuer may be asked (SQ6); later it is late, and the lease says what follows. */
  readonly uploadUntilMs: number
  /** What the issuer said on the telephone; of kind `voice`, and of no other. */
  readonly voiceCode?: string
}

/** Of a payment that was accepted online. */
export interface NeverStored {
  readonly offlineKind: null
  readonly offlineWhy: null
}
