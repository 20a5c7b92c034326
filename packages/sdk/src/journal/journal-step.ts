import type { Exposure, LocalOfflineLimits } from '@holdfast/core'
import type { SealedRecord } from '@holdfast/envelope'
import type { ErrorCode, Lease, RecordHeader } from '@holdfast/protocol'
import type { DeviceTime } from './device-clock.ts'
import type { Backlog, JournalChange, JournalHead, JournalStore } from './journal-store.ts'
import type { KeptOrder } from './kept-orders.ts'
import type { Enrolment, FeedCursor, Frozen } from './kept-values.ts'
import type { StoredPayment } from './stored-payment.ts'

/**
 * One step of the journal: what it reads, and what it decides from that and the head row. `build` is pure and may run
 * several times: when the head has moved, the step is read, decided and signed again.
 */
export interface JournalStep<Loaded, Value> {
  /** Rows that the decision needs. They are guarded by the head: had they changed, the head would have moved. */
  readonly load: (store: JournalReads, state: JournalState) => Promise<Loaded>
  readonly build: (state: JournalState, loaded: Loaded) => Built<Value>
}

export type JournalReads = Pick<JournalStore, 'payment' | 'payments' | 'records' | 'value'>

export interface JournalState {
  readonly head: JournalHead
  readonly enrolment: Enrolment
  readonly lease: Lease
  /** What was lowered on this device. */
  readonly local: LocalOfflineLimits
  readonly feed: FeedCursor
  readonly frozen: Frozen | null
  readonly prunedSeq: number
  /** Records up to here survive the loss of the gateway's disk, as it has said. */
  readonly durableSeq: number
  /** Of online channels, in the order in which the gateway told of them. */
  readonly orders: readonly KeptOrder[]
  readonly time: DeviceTime
}

export type Built<Value> =
  | { readonly do: 'commit'; readonly value: Value; readonly draft: Draft }
  /** What was asked for is already so. */
  | { readonly do: 'nothing'; readonly value: Value }
  | { readonly do: 'refuse'; readonly code: ErrorCode }

/** A change before it is chained, signed and numbered. What is absent stays as it is. */
export interface Draft {
  readonly records?: readonly NewRecord[]
  readonly payments?: (records: readonly SealedRecord[]) => readonly StoredPayment[]
  readonly exposure?: Exposure
  readonly verdicts?: JournalChange['verdicts']
  readonly backlog?: Backlog
  readonly forwardedSeq?: number
  readonly resendSeq?: number
  readonly erase?: readonly number[]
  readonly values?: JournalChange['values']
  readonly prune?: NonNullable<JournalChange['prune']>
  /** The gateway's signed time and this device's clocks when it was heard. */
  readonly contact?: Contact
}

export interface Contact {
  readonly gatewayMs: number
  readonly wallMs: number
  readonly monotonicMs: number
}

export interface NewRecord {
  readonly body: RecordBody
  readonly sealed: string | null
  /** The customer's contact, sealed; absent where there is none. */
  readonly contact?: string | null
}

/** A record without what the journal itself knows: who, when, and its place in the chain. */
export type RecordBody = Without<RecordHeader, ChainField>
type ChainField = 'v' | 'account' | 'mode' | 'device' | 'key' | 'epoch' | 'seq' | 'prev' | 'lease' | 'times'
type Without<Header, Field extends PropertyKey> = Header extends unknown ? Omit<Header, Field> : never

export type Appended<Value> =
  | {
      readonly ok: true
      readonly value: Value
      readonly records: readonly SealedRecord[]
      readonly payments: readonly StoredPayment[]
    }
  | { readonly ok: false; readonly code: ErrorCode }
