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
  /** Newest first; `beforeId` pages on. `states` and `card` filter. */
  payments(query: PaymentQuery): Promise<StoredPayment[]>
  payment(paymentId: string): Promise<StoredPayment | null>
  /** A small named value (enrolment, lease, feed cursor); null when absent. */
  value(name: string): Promise<string | null>
  close(): Promise<void>

  // What only a real medium has; a store without them refuses what needs them.

  /** Puts `head` in the place of one that cannot be read, with a version above it; `head_moved` when it can be read. */
  repairHead?(head: Omit<JournalHead, 'version'>): Promise<'committed' | 'head_moved'>
  /** After a failed write: what can be read goes to a new place, is verified there, and this store goes on with it. */
  renew?(): Promise<'renewed' | 'failed'>
  /** Deletes everything, for good: a factory reset. */
  erase?(): Promise<void>
  /** Records of other devices that this one carries to the gateway. */
  readonly copies?: CopyStore
}

/** Beside the journal and independent of its head: a copy is never edited, only marked. */
export interface CopyStore {
  /** Durable when it resolves. Those that are there already stay as they are; answers how many are new. */
  add(copies: readonly RecordCopy[]): Promise<number>
  /** Without a verdict, of devices behind `afterDevice`, by device and sequence number. */
  waiting(afterDevice: string, limit: number): Promise<RecordCopy[]>
  /** Copies without a verdict, and those that the gateway keeps for review. */
  count(): Promise<{ waiting: number; parked: number }>
  /** What was received stays whole until `settle`: a gateway may still lose what it has answered. */
  mark(
    verdicts: readonly { readonly hash: string; readonly verdict: RecordVerdict }[],
    when: CopyMark,
  ): Promise<void>
  /**
   * Deletes what was received before this device's record `durableSeq` was written, or before `beforeMs`; of the rest,
   * what a gateway of an earlier generation has received waits again.
   */
  settle(now: {
    readonly durableSeq: number
    readonly beforeMs: number
    readonly generation: number
  }): Promise<void>
}

/** When the gateway answered for copies. */
export interface CopyMark {
  /** Of the gateway; a restored one counts on. */
  readonly generation: number
  /** This device's newest record then: when a later one is durable at the gateway, so are the copies. */
  readonly ownSeq: number
  /** The gateway's time. */
  readonly atMs: number
}

export interface RecordCopy {
  readonly hash: string
  readonly device: string
  readonly seq: number
  readonly wire: WireRecord
}

/** The head row is there and cannot be read. What it guards may be rebuilt from the records. */
export class DamagedHead extends Error {
  constructor() {
    super('The head row of the journal cannot be read')
  }
}

/** The medium has no room for this commit; nothing of it was written, and what is there is safe. */
export class MediumFull extends Error {
  constructor(cause?: unknown) {
    super('The medium of the journal is full', { cause })
  }
}

export interface PaymentQuery {
  readonly limit: number
  readonly beforeId?: string
  readonly states?: readonly StoredPayment['state'][]
  /** Accepted with this card, not before this device time. The index answers; `states` must be named with it. */
  readonly card?: { readonly fingerprint: string; readonly sinceMs: number }
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
  /** What the gateway holds for good (MP12): deleted. */
  readonly prune?: { readonly seqs: readonly number[]; readonly paymentIds: readonly string[] }
  /** True for what opens a sale: refused while the reserve of the medium is in use, which is for what closes one. */
  readonly opensSale?: boolean
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
