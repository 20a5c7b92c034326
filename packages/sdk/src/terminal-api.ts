import type {
  CaptureMethod,
  CardFacts,
  Currency,
  EntryMode,
  LocalOfflineLimits,
  Money,
  OfflineKind,
  OfflineNeed,
  TipSuggestions,
} from '@holdfast/core'
import type {
  ContactDetails,
  ErrorCode,
  OfflineReason,
  Reader,
  ReaderInfo,
  ReceiptTags,
} from '@holdfast/protocol'
import type { CarryApi } from './carry/carry-api.ts'
import type { RefundRequested } from './follow-ups/request-refund.ts'
import type { LocalOfflineLimitChange } from './journal/set-local-limits.ts'
import type { StoredPayment } from './journal/stored-payment.ts'
import type { TillOrder } from './orders/till-order.ts'
import type { PaymentSettings } from './payment-settings.ts'
import type { QueuedPayment, QueueStatus } from './queue/queued-payment.ts'
import type { OfflineStatus, TerminalEvent } from './terminal-events.ts'

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

/** A named refusal; the message of the error table says what to do. */
export interface Refused {
  readonly status: 'refused'
  readonly code: ErrorCode
  /** The payment that stands in the way, where it is another one's. */
  readonly paymentId?: string
  /** Of `confirmPaymentIntent`: the same card may be confirmed again with the `voiceCode` that its issuer gives. */
  readonly voicePossible?: true
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

export interface DiscoveredReader {
  readonly info: ReaderInfo
  readonly softwareUpdatedMs: number | null
  /** Why it could not be connected while offline; null when it could. */
  readonly offlineRefusal: ErrorCode | null
}

/** A reader that the lease names. */
export interface AvailableReader {
  readonly readerId: string
  readonly model: string
  readonly offlineCapable: boolean
  readonly lastOnlineMs: number
  /** Whether the last discovery found it. */
  readonly inReach: boolean
}

export interface QueueQuery {
  readonly limit?: number
  readonly beforeId?: string
  /** Only this location's payments; the device's own by default, `all` for every one (MP10). */
  readonly location?: string
  /** All five by default. */
  readonly statuses?: readonly QueueStatus[]
}

/** The public face of the SDK, the same in the browser and in Node. */
export interface Terminal extends CarryApi {
  readonly deviceId: string | null
  enrol(input: { code: string; name: string }): Promise<{ status: 'enrolled'; deviceId: string } | Refused>
  /** A reader that is part of the program itself. Any other one is discovered and connected. */
  useReader(reader: Reader): void
  /** Asks the drivers for the readers in reach. */
  discoverReaders(): Promise<DiscoveredReader[]>
  /** One that was discovered. While the gateway cannot be reached, only one that the rules of TM2 and MP3 let through. */
  connectReader(serialNumber: string): Promise<{ status: 'connected'; reader: ReaderInfo } | Refused>
  disconnectReader(): Promise<{ status: 'disconnected' } | Refused>
  connectedReader(): ReaderInfo | null
  /** The readers of the lease. */
  availableReaders(): AvailableReader[]
  /** How a card can be presented now; empty without a reader and where nothing may be stored while offline (MP7). */
  availableCardEntryMethods(): readonly EntryMode[]
  /** Null before enrolment. */
  paymentSettings(): PaymentSettings | null
  createPaymentIntent(input: CreatePaymentIntent): Promise<CreateResult>
  /** Arms the reader; resolves when a card was read, taken back or refused. */
  collectPaymentMethod(intent: PaymentIntent): Promise<CollectResult>
  confirmPaymentIntent(intent: PaymentIntent, options?: ConfirmOptions): Promise<ConfirmResult>
  /** Durable void; also of a stored payment. `paid_otherwise` when cash took its place. */
  cancelPaymentIntent(
    paymentId: string,
    reason: 'canceled' | 'paid_otherwise',
  ): Promise<{ status: 'voided' } | Refused>
  /** Writes the tip in after the sale; the offline limits are checked again with it. `0` takes it back. */
  closeTip(
    paymentId: string,
    tip: { tipMinor: number; currency: Currency },
  ): Promise<{ status: 'closed'; payment: StoredPayment } | Refused>
  /** Of a payment with manual capture; also while it is stored. Without an amount: all of it, with its tip. */
  requestCapture(
    paymentId: string,
    capture?: { amountMinor: number; currency: Currency },
  ): Promise<{ status: 'requested'; payment: StoredPayment } | Refused>
  /** The whole of a payment that has not left the device is voided instead. Name the refund to ask twice safely. */
  requestRefund(
    paymentId: string,
    refund: { amountMinor: number; currency: Currency; operator?: string; refundId?: string },
  ): Promise<RefundRequested | Refused>
  /** The same amount from the same card, taken minutes ago on this device; the till asks before it takes it again (MC2). */
  sameCardRecently(card: Pick<CardFacts, 'fingerprint'>, money: Money): Promise<StoredPayment | null>
  /** Lowers what this device stores, at once; raised again, never above the lease, only while the gateway answers (SQ4). */
  setLocalOfflineLimit(
    change: LocalOfflineLimitChange,
  ): Promise<{ status: 'set'; limits: LocalOfflineLimits } | Refused>
  offlineStatus(): OfflineStatus
  readonly queue: {
    /** Newest first. */
    list(query?: QueueQuery): Promise<QueuedPayment[]>
    /** Null for what was never stored. */
    get(paymentId: string): Promise<QueuedPayment | null>
    flush(): Promise<void>
    safeToPowerOff(): boolean
  }
  /** Orders of online channels for this device's location, in the order in which the gateway told of them (SQ12). */
  orders(): Promise<TillOrder[]>
  payments(query?: { limit?: number; beforeId?: string }): Promise<StoredPayment[]>
  payment(paymentId: string): Promise<StoredPayment | null>
  /** Currencies, place and names of the lease; null before enrolment. */
  settings(): TerminalSettings | null
  /** Sends what waits without waiting for the next turn. */
  flush(): Promise<void>
  /** Returns the function that unsubscribes. */
  on(listener: (event: TerminalEvent) => void): () => void
  /** "Go offline now" (SQ1): asks nobody until it is taken back. */
  setForcedOffline(forced: boolean): void
  close(): Promise<void>
}

export interface TerminalSettings {
  readonly accountName: string
  readonly locationId: string
  readonly locationName: string
  /** The gateway's id of the reader that was enrolled with this device; records and seals name the reader by it. */
  readonly readerId: string
  readonly currencies: readonly Currency[]
  readonly offlineAllowed: boolean
  /** Largest amount that may be stored per payment, by currency. */
  readonly offlinePerPaymentMinor: Readonly<Partial<Record<Currency, number>>>
  /** What customers are offered to give on top; a currency without an entry asks nobody. `tipChoices` makes the choices. */
  readonly tipping: Readonly<Partial<Record<Currency, TipSuggestions>>>
}
