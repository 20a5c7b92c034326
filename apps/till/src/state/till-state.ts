import type { Currency, Money } from '@holdfast/core'
import type { OfflineStatus, StoredPayment, TerminalSettings, TillOrder } from '@holdfast/sdk'
import type { ServiceNotice } from '@holdfast/protocol'
import type { ReaderState } from '@holdfast/reader'
import type { TipAside } from './tip-aside.ts'
import type { Sale } from './sale.ts'

/** Everything the screens show of a till that is open. */
export interface TillState {
  readonly deviceId: string | null
  readonly settings: TerminalSettings | null
  readonly currency: Currency
  readonly status: OfflineStatus
  readonly forcedOffline: boolean
  readonly reader: ReaderState
  readonly sale: Sale
  readonly payments: readonly StoredPayment[]
  /** Of online channels, in the order in which the gateway told of them. */
  readonly orders: readonly TillOrder[]
  readonly olderPayments: 'unknown' | 'some' | 'none'
  readonly notices: readonly Notice[]
  /** What the operator of the gateway announces, as it was last heard, also before the last start (ST10). */
  readonly serviceNotices: readonly ServiceNotice[]
  /** Read and put away: `key` of what was shown. */
  readonly readNotices: readonly string[]
  readonly enrolment: Enrolment
}

type Enrolment =
  | { readonly step: 'idle' }
  | { readonly step: 'busy' }
  | { readonly step: 'refused'; readonly code: string }

/** What happened while nobody looked. Stays until it is dismissed; one per `id`. */
export type Notice =
  | {
      readonly id: string
      readonly type: 'interrupted' | 'finished' | 'partly_approved'
      readonly paymentId: string
      readonly money: Money
    }
  | {
      readonly id: string
      readonly type: 'declined_later'
      readonly paymentId: string
      readonly money: Money
      readonly code: string
    }
  | {
      readonly id: string
      readonly type: 'tip_aside'
      readonly paymentId: string
      readonly money: Money
      readonly aside: TipAside
    }
  | { readonly id: 'forward_error'; readonly type: 'forward_error' }

export function addNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter((each) => each.id !== notice.id), notice].slice(-NOTICES_MAX)
}

/** More than a screen of news hides the sale; the list of payments has them all. */
const NOTICES_MAX = 3
