import type {
  CardFacts,
  Currency,
  EntryMode,
  LocalOfflineLimits,
  Money,
  OfferedMethods,
  TipSuggestions,
} from '@holdfast/core'
import type { Reader, ReaderInfo, ServiceNotice } from '@holdfast/protocol'
import type {
  CreatePaymentIntent,
  PaymentIntent,
  ConfirmOptions,
  CreateResult,
  CollectResult,
  ConfirmResult,
} from '../sales/payment-intent.ts'
import type { DiscoveredReader, AvailableReader } from '../readers/found-reader.ts'
import type { Refused } from '../refused.ts'
import type { CarryApi } from './carry-api.ts'
import type { RefundRequested } from '../follow-ups/request-refund.ts'
import type { LocalOfflineLimitChange } from '../journal/set-local-limits.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import type { TillOrder } from '../orders/till-order.ts'
import type { PaymentSettings } from './payment-settings.ts'
import type { QueuedPayment, QueueStatus } from '../queue/queued-payment.ts'
import type { OfflineStatus, TerminalEvent } from '../terminal-events.ts'

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
  /** Maintenance and incidents that the operator of the gateway announces; empty after a start until the first contact. */
  serviceNotices(): readonly ServiceNotice[]
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
  /** What the merchant takes at all (ST14); null for whatever the reader can read. */
  readonly offered: OfferedMethods | null
  readonly offlineAllowed: boolean
  /** Largest amount that may be stored per payment, by currency. */
  readonly offlinePerPaymentMinor: Readonly<Partial<Record<Currency, number>>>
  /** What customers are offered to give on top; a currency without an entry asks nobody. `tipChoices` makes the choices. */
  readonly tipping: Readonly<Partial<Record<Currency, TipSuggestions>>>
}
