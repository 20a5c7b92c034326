import type { Currency, EntryMode, TallyByCurrency } from '@holdfast/core'
import type { ReaderInfo, ServiceNotice } from '@holdfast/protocol'
import type { Evidence } from './outage/evidence.ts'
import type { Outage } from './outage/outage-of.ts'
import type { StoredPayment } from './journal/stored-payment.ts'

export type NetworkStatus = 'online' | 'offline' | 'unknown'

export interface OfflineStatus {
  readonly networkStatus: NetworkStatus
  /**
   * Null while all is well or unknown. `service`: the internet answers, the gateway does not. `acquirer`: online, and the
   * gateway says that no issuer can be asked.
   */
  readonly outage: Outage | null
  /**
   * What was tried last and what answered, oldest first: what the two above rest on (SQ2). It changes with every ping;
   * a change of it alone is not announced.
   */
  readonly why: readonly Evidence[]
  /** Accepted and undecided. */
  readonly atRisk: TallyByCurrency
  /** Accepted and not yet with the gateway. */
  readonly queued: number
  readonly safeToPowerOff: boolean
  readonly lastContactMs: number | null
  readonly sdk: OfflineStatusDetails
  /** Of a reader with a network and a queue of its own; null for any other. */
  readonly reader: OfflineStatusDetails | null
}

export interface OfflineStatusDetails {
  readonly networkStatus: NetworkStatus
  /** Why it is offline: by hand, or which of the two outages; null while online or not known. */
  readonly reason: 'forced' | NonNullable<OfflineStatus['outage']> | null
  /** Stored offline and not yet processed, with their sums and tips in minor units. */
  readonly paymentsCount: number
  readonly paymentAmountsByCurrency: Readonly<Partial<Record<Currency, number>>>
  /** When the payment that has waited longest must be uploaded, device time; null when none waits or it is not known. */
  readonly oldestDeadlineMs: number | null
  /** Accepted and undecided (MC5). */
  readonly atRisk: TallyByCurrency
}

export type TerminalEvent =
  | { readonly type: 'offlineStatusChanged'; readonly status: OfflineStatus }
  | { readonly type: 'paymentStored'; readonly payment: StoredPayment }
  | {
      readonly type: 'paymentForwarded'
      readonly payment: StoredPayment
      /** Null when the gateway has it; otherwise why it was kept for review there (TM4). */
      readonly error: { readonly code: string } | null
    }
  | { readonly type: 'paymentChanged'; readonly payment: StoredPayment }
  | { readonly type: 'forwardingError'; readonly code: string; readonly detail: string }
  | { readonly type: 'queueDrained' }
  /** What the gateway says of orders, or what this device does for one; `orders()` has them. */
  | { readonly type: 'ordersChanged' }
  | { readonly type: 'leaseChanged' }
  /** All that is announced now, for people to read: it changes nothing that may be sold (ST10). */
  | { readonly type: 'serviceNoticesChanged'; readonly notices: readonly ServiceNotice[] }
  | { readonly type: 'readerChanged'; readonly reader: ReaderInfo | null }
  | { readonly type: 'cardEntryMethodsChanged'; readonly methods: readonly EntryMode[] }
