import type { CaptureMethod, CardFacts, Currency, Money, OfflineKind, TallyByCurrency } from '@holdfast/core'
import type { ErrorCode, OfflineReason, Reader, ReceiptTags } from '@holdfast/protocol'
import type { StoredPayment } from './journal/stored-payment.ts'

/** `prefer_online` decides by evidence; `require_online` never stores; `force_offline` never asks. */
export type OfflineBehavior = 'prefer_online' | 'require_online' | 'force_offline'

export interface CreatePaymentIntent {
  /** Whole minor units (cents), 1 … 999 999 999 999. */
  readonly amountMinor: number
  readonly currency: Currency
  readonly captureMethod?: CaptureMethod
  readonly offlineBehavior?: OfflineBehavior
  /** The merchant's order number or similar. */
  readonly reference?: string
  readonly operator?: string
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
}

/** A named refusal; the message of the error table says what to do. */
export interface Refused {
  readonly status: 'refused'
  readonly code: ErrorCode
}

export type CreateResult = { readonly status: 'created'; readonly intent: PaymentIntent } | Refused

export type CollectResult =
  | { readonly status: 'collected'; readonly card: CardFacts }
  | { readonly status: 'canceled' }
  | Refused

/**
 * `stored` is not an approval and cannot be taken for one: the goods may go, the issuer has not been asked.
 * `declined` leaves the sale open for another card; `refused` says why it was neither approved nor stored.
 */
export type ConfirmResult =
  | {
      readonly status: 'approved'
      readonly paymentId: string
      readonly approvalCode: string
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
  | { readonly status: 'declined'; readonly paymentId: string; readonly responseCode: string }
  | Refused

export type NetworkStatus = 'online' | 'offline' | 'unknown'

export interface OfflineStatus {
  readonly networkStatus: NetworkStatus
  /** Null while online or unknown. `service`: the internet answers, the gateway does not. */
  readonly outage: 'internet' | 'service' | null
  /** Accepted and undecided. */
  readonly atRisk: TallyByCurrency
  /** Accepted and not yet with the gateway. */
  readonly queued: number
  readonly safeToPowerOff: boolean
  readonly lastContactMs: number | null
}

export type TerminalEvent =
  | { readonly type: 'offlineStatusChanged'; readonly status: OfflineStatus }
  | { readonly type: 'paymentStored'; readonly payment: StoredPayment }
  | { readonly type: 'paymentForwarded'; readonly payment: StoredPayment }
  | { readonly type: 'paymentChanged'; readonly payment: StoredPayment }
  | { readonly type: 'forwardingError'; readonly code: string; readonly detail: string }
  | { readonly type: 'queueDrained' }
  | { readonly type: 'leaseChanged' }

/** The public face of the SDK, the same in the browser and in Node. */
export interface Terminal {
  readonly deviceId: string | null
  enrol(input: { code: string; name: string }): Promise<{ status: 'enrolled'; deviceId: string } | Refused>
  useReader(reader: Reader): void
  createPaymentIntent(input: CreatePaymentIntent): Promise<CreateResult>
  /** Arms the reader; resolves when a card was read, taken back or refused. */
  collectPaymentMethod(intent: PaymentIntent): Promise<CollectResult>
  confirmPaymentIntent(
    intent: PaymentIntent,
    options?: { offlineBehavior?: OfflineBehavior },
  ): Promise<ConfirmResult>
  /** Durable void; also of a stored payment. `paid_otherwise` when cash took its place. */
  cancelPaymentIntent(
    paymentId: string,
    reason: 'canceled' | 'paid_otherwise',
  ): Promise<{ status: 'voided' } | Refused>
  offlineStatus(): OfflineStatus
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
}
