import type { CaptureMethod, Currency, OfflineKind } from '@holdfast/core'
import type { NetworkStatus, OfflineBehavior, OfflineStatus } from '@holdfast/sdk'

/** What a robot cashier and its supervisor say to each other: over the channel between them and over HTTP. */
export type CashierMessage =
  | { readonly type: 'listening'; readonly port: number }
  /** The sale is durable on the device; from here on it has a name, whatever becomes of the process. */
  | {
      readonly type: 'sale_opened'
      readonly order: string
      readonly saleId: string
      readonly paymentId: string
    }

/** `POST /sales`: one sale. `order` names it before it has an id. */
export interface SaleOrder {
  readonly order: string
  /** Name or published test number. */
  readonly card: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly captureMethod: CaptureMethod
  readonly offlineBehavior: OfflineBehavior
  /** What the issuer said on the telephone, which the cashier types in. */
  readonly voiceCode?: string
}

/** `unknown`: the process died with the sale; its journal knows. */
export interface SaleResult {
  readonly saleId: string | null
  readonly paymentId: string | null
  readonly result: 'approved' | 'stored' | 'declined' | 'refused' | 'unknown'
  readonly offlineKind?: OfflineKind
  /** What the issuer did not approve of the amount; absent when it approved all of it. */
  readonly owedMinor?: number
  /** Why it was stored, declined (the issuer's code) or refused (a code of the error table). */
  readonly reason?: string
}

/** `GET /state` */
export interface CashierState {
  readonly deviceId: string | null
  readonly networkStatus: NetworkStatus
  readonly outage: OfflineStatus['outage']
  readonly queued: number
  readonly atRisk: Readonly<Record<string, { readonly count: number; readonly sumMinor: number }>>
  readonly lastContactMs: number | null
}
