import type { Currency, Exposure, TimeMark } from '@holdfast/core'
import type { WireRecord } from '@holdfast/protocol'
import type { StoredPayment } from './stored-payment.ts'

/**
 * What the journal needs of a disk. Implementations: SQLite (WAL, synchronous=FULL) on Node, IndexedDB (strict
 * durability, resolved on `complete`) in the browser, the simulated disk in tests. All pass `journalStoreContract`.
 *
 * Isolation: `commit` is one atomic, durable compare-and-set. When it resolves with `committed` everything in `change`
 * survives a power cut; when it resolves with `head_moved` or rejects before that, nothing of it is visible. After a
 * rejection the outcome is unknown: the journal must load the head again before it decides anything.
 */
export interface JournalStore {
  /** The head row, or null in a store that was never written. */
  head(): Promise<JournalHead | null>
  commit(expectedVersion: number, change: JournalChange): Promise<'committed' | 'head_moved'>
  /** Records with `seq > afterSeq` in order of `seq`. */
  records(query: { afterSeq: number; limit: number }): Promise<StoredRecord[]>
  /** Newest first; `beforeId` pages on. `states` filters. */
  payments(query: PaymentQuery): Promise<StoredPayment[]>
  payment(paymentId: string): Promise<StoredPayment | null>
  /** A small named value (enrolment, lease, feed cursor); null when absent. */
  value(name: string): Promise<string | null>
  close(): Promise<void>
}

export interface PaymentQuery {
  readonly limit: number
  readonly beforeId?: string
  readonly states?: readonly StoredPayment['state'][]
}

/**
 * The one row that every commit replaces. It guards the chain and the limits together: two tabs that race for the last
 * place in the limits race for this row.
 */
export interface JournalHead {
  /** Counts commits; 0 stands for the empty store. */
  readonly version: number
  readonly epoch: string
  /** Of the newest record. */
  readonly seq: number
  readonly hash: string
  readonly exposure: Exposure
  readonly time: TimeMark
  readonly timeBase: TimeBase
  /** Every record up to here has its verdict. */
  readonly forwardedSeq: number
  /** Records up to here are offered again, whatever verdict they have: a restored gateway may have lost them. */
  readonly resendSeq: number
  readonly backlog: Backlog
}

/** Where `time` was raised, so that a restart within one boot counts on from there. */
export interface TimeBase {
  readonly boot: string
  readonly monotonicMs: number
  /** The boot in which the gateway's time was last heard; null before the first contact. */
  readonly contactBoot: string | null
}

/** Written and without a verdict: what the manifest states with every batch. */
export interface Backlog {
  /** Accepted payments. */
  readonly count: number
  readonly sums: Readonly<Partial<Record<Currency, number>>>
  readonly voids: number
}

export interface JournalChange {
  /** `head.version` is `expectedVersion + 1`. */
  readonly head: JournalHead
  /** New records; their `seq` follow the old head's without a gap. */
  readonly append: readonly StoredRecord[]
  /** Replaces the rows with these ids. */
  readonly payments: readonly StoredPayment[]
  /** Verdicts of records, by `seq`. */
  readonly verdicts: readonly { readonly seq: number; readonly verdict: RecordVerdict }[]
  /** Sealed blocks that the gateway has settled: erased from these records, the chain stays. */
  readonly erase: readonly number[]
  readonly values: Readonly<Record<string, string | null>>
}

export interface StoredRecord {
  readonly seq: number
  readonly hash: string
  readonly wire: WireRecord
  /** Null until the gateway has answered. */
  readonly verdict: RecordVerdict | null
}

export interface RecordVerdict {
  readonly verdict: 'received' | 'parked'
  readonly code: string | null
}
