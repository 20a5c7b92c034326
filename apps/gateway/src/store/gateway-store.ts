import type { AttemptFacts, CardFacts, OfferedMethods, PaymentStory } from '@holdfast/core'
import type { EventType } from '../events/event-types.ts'
import type { MoneyTask } from '../money/money-task.ts'
import type { Mode, ReceiptTags, Signed, WireRecord } from '@holdfast/protocol'

/**
 * What intake, authoriser and review need of a database: nine operations, one contract suite, two implementations
 * (PostgreSQL; memory for the simulation).
 *
 * Isolation: `commit` is one atomic, durable transaction. Every payment in it carries the version it was decided on;
 * `conflict` means that one of them moved, that a void and its payment arrived at the same moment, or that the fence has
 * passed to another owner, and nothing was written. It means, too, that a record in good order would continue what
 * another one of its device has come to continue meanwhile. A rejection means that the outcome is unknown: read again, decide again. All writes are idempotent by their keys.
 */
export interface GatewayStore {
  device(deviceId: string): Promise<DeviceRow | null>
  /** Which of these records are known, by hash, and which known ones continue any of `prevs` (`first`: nothing). */
  knownRecords(
    deviceId: string,
    query: { hashes: readonly string[]; prevs: readonly string[]; first?: boolean },
  ): Promise<KnownRecord[]>
  payments(account: string, paymentIds: readonly string[]): Promise<PaymentLookup>
  commit(change: GatewayChange): Promise<'committed' | 'conflict'>
  /**
   * Payments whose next step is due: at most `liveMax` that were never stored, for somebody waits for them, then at most
   * `storedMax` others, each kind with its oldest sale first. A payment that was accepted offline waits until all that its
   * device has stated is in, or until both it and the oldest sale that waits with it have been here for `holdMs`, so that
   * a void or a tip is not outrun. After a restore, one that the lost
   * database may have taken further waits until its device has sent again all that it holds, or is revoked.
   */
  duePayments(query: DueQuery): Promise<PaymentRow[]>
  /**
   * Takes or renews the ownership of an acquirer link and reserves a block of STANs; null while another owner's lease
   * runs. The generation rises whenever the owner changes, and fences `commit`.
   */
  claimLink(claim: LinkClaim): Promise<LinkOwnership | null>
  feed(query: FeedQuery): Promise<FeedRow[]>
  /** What was set aside of a payment or of a whole device, decided or not, in the order in which it was written. */
  parkedRecords(account: string, of: ParkedOf): Promise<ParkedRecord[]>
  /** Rises when a database is restored; devices then start their feed again. */
  generation(): Promise<number>
}

interface DueQuery {
  readonly link: string
  readonly nowMs: number
  readonly holdMs: number
  readonly liveMax: number
  readonly storedMax: number
}

export interface FeedQuery {
  readonly deviceId: string
  /** The number of the last item that is known. */
  readonly after: number
  readonly limit: number
  /** Also what became of tips. Absent: none of it, which an older device cannot read. */
  readonly tips?: boolean
}

export interface DeviceRow {
  readonly account: string
  readonly mode: Mode
  readonly deviceId: string
  readonly location: string
  /** DE41, eight characters. */
  readonly terminalId: string
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string }[]
  readonly status: 'active' | 'revoked'
  /** The highest sequence number that the device has stated, and the highest that is in. */
  readonly statedSeq: number
  readonly receivedSeq: number
  /** All up to here is in a verified backup, outcomes included; absent for nothing. */
  readonly backedUpSeq?: number
  /** The generation since whose begin all that the device held is in. */
  readonly syncedGeneration: number
  readonly lease: Signed | null
  /** What is offered where it stands (ST14); absent: everything. */
  readonly offered?: OfferedMethods
  /** True once two records of this device were found to continue the same one: a copied or restored device. */
  readonly forked?: boolean
}

export interface KnownRecord {
  readonly hash: string
  readonly prev: string | null
  /** Why it was parked; null for a record in good order, and for one that was released since. */
  readonly parkedCode: string | null
}

type ParkedOf =
  | { readonly paymentId: string; readonly deviceId?: string }
  | { readonly paymentId?: undefined; readonly deviceId: string }

/** Kept for a human, with its card until that one has decided. */
export interface ParkedRecord extends Pick<
  RecordRow,
  'deviceId' | 'hash' | 'seq' | 'kind' | 'paymentId' | 'wire'
> {
  readonly parkedCode: string
  /** Null while it waits. */
  readonly decision: Decision | null
}

export type Decision = 'released' | 'rejected'

/** What a person decided, for ever. `conflict` at the commit when one of its records was decided on meanwhile. */
export type ReviewRow = {
  readonly account: string
  readonly reviewId: string
  /** The code of its records, or the payment's attention. */
  readonly waitedFor: string
  readonly deviceId: string
  readonly paymentId: string | null
  readonly decidedBy: string
  readonly note: string
  readonly decidedMs: number
} & ReviewWord

export type ReviewWord =
  /** `hashes`: of the records that it is about; none for a payment that waited without one. */
  | { readonly decision: Decision; readonly hashes: readonly string[] }
  /** `found`: what the acquirer's own books say. */
  | { readonly decision: 'resolved'; readonly hashes: readonly []; readonly found: object }

export interface PaymentLookup {
  readonly rows: PaymentRow[]
  /** Also of payments that have no row yet: a void may arrive first. */
  readonly voids: readonly VoidRow[]
}

/** Of the device's own payment; what another device says of it means nothing. */
export interface VoidRow {
  readonly paymentId: string
  readonly deviceId: string
  readonly reason: string
}

/** A payment with everything the gateway keeps beside its story. */
export interface PaymentRow {
  readonly account: string
  readonly mode: Mode
  readonly deviceId: string
  readonly terminalId: string
  readonly location: string
  readonly reader: string
  readonly saleId: string
  readonly reference: string | null
  readonly operator: string | null
  readonly link: string
  readonly story: PaymentStory
  /** Counts commits of this row; 0 for one that is not in the database yet. */
  readonly version: number
  readonly openedMs: number
  readonly receivedMs: number
  /** When the device accepted it without the issuer; null for an online sale. */
  readonly storedMs: number | null
  /** Minutes east of UTC where the sale was made, for DE12 and DE13. */
  readonly utcOffsetMin: number
  readonly details: readonly AttemptDetails[]
  /** When the authoriser has to look next; null when nothing can happen by itself. */
  readonly dueMs: number | null
  /** Why a human has to look; the authoriser leaves such a payment alone. */
  readonly attention: string | null
  /** True once the signed outcome is in the device's feed. */
  readonly outcomeSent: boolean
  /**
   * The generation whose database knows all that the acquirer was asked for this payment. Below the current one, a lost
   * database may have asked more: nothing is put to the issuer as new.
   */
  readonly asOf: number
}

/** What belongs to one attempt besides its state. */
export interface AttemptDetails extends Pick<AttemptFacts, 'number'> {
  readonly chargeId: string
  readonly card: CardFacts
  readonly receipt: ReceiptTags | null
  /** The reader's sealed block; erased once no message needs it. */
  readonly sealed: string | null
  /** Number and expiry under a key of the payment, for a reversal; made when the block is first opened. */
  readonly vault: string | null
  readonly createdMs: number
}

export interface RecordRow {
  readonly account: string
  readonly deviceId: string
  readonly hash: string
  /** Null for a record that could not be read at all. */
  readonly epoch: string | null
  readonly seq: number | null
  readonly prev: string | null
  readonly kind: string | null
  readonly paymentId: string | null
  /** Without its sealed block unless it is parked: the attempt keeps that, and erases it in time. */
  readonly wire: WireRecord
  readonly parkedCode: string | null
  readonly receivedMs: number
}

export interface GatewayChange {
  /** When given, the change is written only while this ownership stands. */
  readonly fence?: { readonly link: string; readonly generation: number }
  readonly records?: readonly RecordRow[]
  /** Each with `version` = the version it was decided on; written with version + 1. */
  readonly payments?: readonly PaymentRow[]
  readonly voids?: readonly (VoidRow & { readonly account: string })[]
  /** Raises (never lowers) what the device has stated, what is in, and the generation it is in step with. */
  readonly progress?: DeviceProgress
  readonly outcomes?: readonly { deviceId: string; paymentId: string; statement: Signed }[]
  readonly events?: readonly EventRow[]
  /** A task that is known by its id stays as it is. */
  readonly tasks?: readonly MoneyTask[]
  readonly lease?: { readonly deviceId: string; readonly lease: Signed }
  readonly review?: ReviewRow
}

interface DeviceProgress {
  readonly deviceId: string
  readonly statedSeq: number
  readonly receivedSeq: number
  readonly syncedGeneration?: number
}

/** One row of the outbox; the publisher has the dialect render it. */
export interface EventRow {
  readonly id: string
  readonly account: string
  readonly mode: Mode
  readonly type: EventType
  readonly paymentId: string
  readonly createdMs: number
}

interface LinkClaim {
  readonly link: string
  readonly owner: string
  readonly nowMs: number
  readonly leaseMs: number
  readonly stans: number
}

export interface LinkOwnership {
  readonly generation: number
  readonly untilMs: number
  /** The first of the reserved STANs; they wrap from 999 999 to 1. */
  readonly firstStan: number
}

export interface FeedRow {
  /** What its statement is about. */
  readonly type: 'outcome' | 'order' | 'tip'
  /** Counts the items of one device, from 1. */
  readonly n: number
  readonly statement: Signed
}
