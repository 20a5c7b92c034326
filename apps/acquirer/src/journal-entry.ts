import type { AuthorisedLine, IncrementedLine, RefundedLine, SaleKind, TransactionIds } from './journal.ts'

/** One transaction as the acquirer sees it now: a row of `GET /journal`. */
export type JournalEntry = {
  readonly mti: string
  readonly acquirerId: string
  readonly terminal: string
  readonly stan: string
  readonly rrn: string
  readonly localDate: string
  readonly localTime: string
  readonly merchant: string
  readonly kind: SaleKind | 'refund' | 'reversal_only'
  /** What was asked, minor units. */
  readonly amountMinor: number
  readonly currency: string
  /** Empty when only a reversal came: it may have been sent without the card. */
  readonly cardFingerprint: string
  readonly deferred: boolean
  /** `never_seen`: a reversal came and no request yet. */
  readonly outcome: 'approved' | 'declined' | 'never_seen'
  readonly responseCode: string
  readonly approvalCode?: string
  /** Of an approval: what was approved, less than asked in a partial one. */
  readonly approvedMinor?: number
  /** What was asked for on top of it while it was only held, in order. */
  readonly increments?: readonly Increment[]
  /** Reversed as a whole. */
  readonly reversed: boolean
  /** What the card is charged now, after completion and reversals; the figure that an audit adds up. Below zero: given back. */
  readonly chargedMinor: number
  /** What refunds gave back of it; they have rows of their own. */
  readonly refundedMinor?: number
  /** Of a refund: the RRN of its sale. */
  readonly saleRrn?: string
  /** The final amount, once an advice has told it. */
  readonly completedMinor?: number
  readonly chargedBackMinor?: number
  /** Of the batch that it was settled with. */
  readonly batchNumber?: string
  readonly atc?: number
  readonly atcStale?: boolean
  /** Requests received, repeats included. More than one with one decision is a repeat that was recognised. */
  readonly timesAsked: number
  readonly atMs: number
}

export type Transaction = {
  readonly entry: JournalEntry
  /** How it was decided, as a sale or as a refund; neither where only a reversal came. */
  readonly authorised?: AuthorisedLine
  readonly refunded?: RefundedLine
}

/** More that was asked for on an approval, in the row of its sale: it is charged with that and by nothing of its own. */
export type Increment = Pick<
  IncrementedLine,
  | 'mti'
  | 'amountMinor'
  | 'outcome'
  | 'responseCode'
  | 'approvalCode'
  | 'answeredMinor'
  | 'availableMinor'
  | 'atMs'
> & {
  readonly ids: TransactionIds
  /** Taken back, by itself; when its sale is taken back, that says so. */
  readonly reversed: boolean
  readonly timesAsked: number
}
