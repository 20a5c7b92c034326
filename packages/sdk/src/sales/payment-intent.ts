import type { CaptureMethod, CardFacts, Currency, Money, OfflineKind, OfflineNeed } from '@holdfast/core'
import type { ContactDetails, ErrorCode, OfflineReason, ReceiptTags } from '@holdfast/protocol'
import type { Refused } from '../refused.ts'

/** `prefer_online` decides by evidence; `require_online` never stores; `force_offline` never asks. */
export type OfflineBehavior = 'prefer_online' | 'require_online' | 'force_offline'

export interface CreatePaymentIntent {
  /** Whole minor units (cents), 1 … 999 999 999 999. */
  readonly amountMinor: number
  readonly currency: Currency
  /** Of `amountMinor`: what the customer gives on top, chosen before the card is read. */
  readonly tipMinor?: number
  readonly captureMethod?: CaptureMethod
  readonly offlineBehavior?: OfflineBehavior
  /** The merchant's order number or similar. */
  readonly reference?: string
  /** The order of an online channel that is paid; it stands in the place of the reference (SQ12). */
  readonly orderId?: string
  readonly operator?: string
  /**
   * At most 64 characters. The same key again answers the sale that it has opened while that is in hand, and refuses
   * with `idempotency_key_reused` and its payment id afterwards, also after a restart (MP16).
   */
  readonly idempotencyKey?: string
}

/** A sale in hand. The id is final: it is on the receipt, at the gateway and in every report (MP9). */
export interface PaymentIntent {
  readonly paymentId: string
  readonly saleId: string
  readonly money: Money
  readonly captureMethod: CaptureMethod
  readonly offlineBehavior: OfflineBehavior
  /** Why this sale could not be stored if the network went away now; null when it could. */
  readonly offlineRefusal: ErrorCode | null
  /** What must be named at `confirm` if this sale is to be stored: an approver, a contact, or nothing. */
  readonly offlineNeeds: readonly OfflineNeed[]
}

export interface ConfirmOptions {
  readonly offlineBehavior?: OfflineBehavior
  /** The supervisor who lets this amount be stored. */
  readonly approver?: string
  /** Of the customer; sealed to the gateway before it is written down. */
  readonly contact?: ContactDetails
  /**
   * What the issuer said on the telephone: 1 to 6 letters or digits. A sale that cannot be authorised online is then
   * stored as kind `voice`, under the terms of that kind, and never over a decline of the issuer or the card.
   */
  readonly voiceCode?: string
  /** Told once when the gateway has taken the payment and the issuer is being waited for. */
  readonly onWaiting?: (wait: IssuerWait) => void
}

/** A payment that the gateway has acknowledged and the issuer has not answered yet. */
export interface IssuerWait {
  /** The acquirer's own timer: how long the answer may take from now. */
  readonly timerMs: number
  /** Whether the lease lets this payment be stored now instead. */
  readonly mayStore: boolean
  /**
   * Ends the wait: the payment is stored, if it still may be, and an answer that comes later is adopted by the gateway.
   * Does nothing once the issuer has answered.
   */
  readonly storeNow: () => void
}

export type CreateResult = { readonly status: 'created'; readonly intent: PaymentIntent } | Refused

export type CollectResult =
  | { readonly status: 'collected'; readonly card: CardFacts }
  | { readonly status: 'canceled' }
  | Refused

/**
 * `stored` is not an approval and cannot be taken for one: the goods may go, the issuer has not been asked.
 * `declined` leaves the sale open for another card; `refused` says why it was neither approved nor stored. A decline with
 * `voicePossible` is a referral: the issuer wants to be called, and decides by telephone.
 */
export type ConfirmResult =
  | {
      readonly status: 'approved'
      readonly paymentId: string
      readonly approvalCode: string
      /** Minor units: the whole amount, or the part that the issuer approved (MC3). */
      readonly approvedMinor: number
      /** The rest of the amount, to be paid otherwise; 0 when all of it is approved. */
      readonly owedMinor: number
      readonly card: CardFacts
      readonly receipt: ReceiptTags
    }
  | {
      readonly status: 'stored'
      readonly paymentId: string
      readonly kind: OfflineKind
      readonly why: OfflineReason
      readonly card: CardFacts
      readonly receipt: ReceiptTags
    }
  | {
      readonly status: 'declined'
      readonly paymentId: string
      readonly responseCode: string
      readonly voicePossible?: true
    }
  | Refused
