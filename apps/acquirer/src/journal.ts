/**
 * What the acquirer writes down, one line per event and never a card number: a keyed fingerprint stands for it.
 * The lines are the whole memory of the host: a restart replays them.
 */
export type JournalLine =
  | TransactionLine
  | BatchClosedLine
  | BalanceSetLine
  | FundingTermsLine
  | ClockAdvancedLine

/** About one transaction. */
export type TransactionLine =
  | AuthorisedLine
  | RefundedLine
  | IncrementedLine
  | AskedAgainLine
  | CompletedLine
  | ReversedLine
  | ChargebackLine

/** The values by which a request is known again, in its repeats and in its reversal. */
export type TransactionIds = {
  readonly acquirerId: string
  readonly terminal: string
  readonly stan: string
  /** MMDD */
  readonly localDate: string
  /** hhmmss */
  readonly localTime: string
  readonly rrn: string
}

/**
 * `online` and `deferred` the issuer decided; `card_approved` and `voice` were told when they were done, and an
 * advice is never declined for funds; `uploaded` came with a batch whose totals differed.
 */
export type SaleKind = 'online' | 'deferred' | 'card_approved' | 'voice' | 'uploaded'

export type AuthorisedLine = {
  readonly event: 'authorised'
  readonly atMs: number
  readonly ids: TransactionIds
  readonly mti: string
  /** Absent in a journal of version 0.1.0: online, or deferred by its mark. */
  readonly kind?: SaleKind
  readonly merchant: string
  readonly amountMinor: number
  /** Three digits of ISO 4217. */
  readonly currency: string
  readonly cardFingerprint: string
  readonly deferred: boolean
  readonly outcome: 'approved' | 'declined'
  /** Of an advice that was accepted: what it said, Y1, Y3 or 00. */
  readonly responseCode: string
  readonly approvalCode?: string
  /** The amount in the answer: the approved one, or of a decline the one asked. */
  readonly answeredMinor: number
  /** Whether the answer carries DE55, as the request did. */
  readonly chip: boolean
  /** Application transaction counter of the cryptogram, 9F36. */
  readonly atc?: number
  /** The card was seen with this or a higher counter before. */
  readonly atcStale?: boolean
  /** What the answer says is left on the account. */
  readonly availableMinor?: number
}

/** More that was asked for on an approval that only holds. */
export type IncrementedLine = {
  readonly event: 'incremented'
  readonly atMs: number
  /** Of the sale. */
  readonly ids: TransactionIds
  /** Its own. */
  readonly increment: TransactionIds
  readonly mti: string
  /** What came on top, minor units. */
  readonly amountMinor: number
  readonly outcome: 'approved' | 'declined'
  readonly responseCode: string
  readonly approvalCode?: string
  /** The amount in the answer. */
  readonly answeredMinor: number
  /** What the answer says is left on the account. */
  readonly availableMinor?: number
}

/** Money that was given back to a card, or refused to it. */
export type RefundedLine = {
  readonly event: 'refunded'
  readonly atMs: number
  readonly ids: TransactionIds
  readonly mti: string
  readonly merchant: string
  readonly amountMinor: number
  /** Three digits of ISO 4217. */
  readonly currency: string
  readonly cardFingerprint: string
  readonly outcome: 'approved' | 'declined'
  readonly responseCode: string
  readonly approvalCode?: string
  /** Of the sale, on the same terminal; absent: without its sale. */
  readonly saleRrn?: string
}

/** The final amount of an approval that was answered. */
export type CompletedLine = {
  readonly event: 'completed'
  readonly atMs: number
  readonly ids: TransactionIds
  readonly mti: string
  readonly amountMinor: number
}

/** One step of a contested charge: asked about, taken back, and how that ended. */
export type ChargebackLine = {
  readonly event: 'inquired' | 'charged_back' | 'chargeback_won' | 'chargeback_lost'
  readonly atMs: number
  readonly ids: TransactionIds
  readonly id: string
  readonly amountMinor: number
  readonly reason: string
}

/** What one batch of a terminal group is named by. */
export type BatchIds = {
  readonly acquirerId: string
  readonly terminal: string
  readonly merchant: string
  readonly currency: string
  readonly number: string
}

/** Both sides agreed: every captured sale of that terminal so far belongs to this batch or an earlier one. */
export type BatchClosedLine = {
  readonly event: 'batch_closed'
  readonly atMs: number
  readonly batch: BatchIds
  readonly count: number
  readonly netMinor: number
}

/** What was there before anything was charged; null: without limit. */
export type BalanceSetLine = {
  readonly event: 'balance_set'
  readonly atMs: number
  readonly cardFingerprint: string
  readonly currency: string
  readonly openingMinor: number | null
  /** Approves what is left where it is less than what was asked. */
  readonly partialApprovals: boolean
}

/** What the acquirer keeps of what it pays, from here on. */
export type FundingTermsLine = {
  readonly event: 'funding_terms_set'
  readonly atMs: number
} & FundingTerms

export type FundingTerms = {
  /** Of a sale, hundredths of a per cent; rounded to the nearest minor unit, a half upwards. */
  readonly basisPoints: number
  /** On top, for each sale, minor units. */
  readonly fixedMinor: number
  /** For each chargeback, minor units. */
  readonly chargebackMinor: number
}

export type ClockAdvancedLine = {
  readonly event: 'clock_advanced'
  readonly atMs: number
  readonly byMs: number
}

export type AskedAgainLine = {
  readonly event: 'asked_again'
  readonly atMs: number
  readonly ids: TransactionIds
  readonly mti: string
  /** Not the sale was asked again but this, on top of it. */
  readonly increment?: TransactionIds
}

export type ReversedLine = {
  readonly event: 'reversed'
  readonly atMs: number
  /** Of the transaction that is undone. */
  readonly ids: TransactionIds
  /** Not the sale is undone but this, on top of it. */
  readonly increment?: TransactionIds
  readonly mti: string
  readonly merchant: string
  readonly amountMinor: number
  readonly currency: string
  /** STAN of the reversal itself, and what it was answered: a repeat of it is answered the same. */
  readonly reversalStan?: string
  readonly responseCode?: '00' | '25'
  /** Absent: the whole amount is reversed. */
  readonly remainingMinor?: number
}

/**
 * Append-only and in order. `append` takes the line; only once a later `durable()` has resolved does it survive
 * the death of the process, and only then may an answer that rests on it leave. A journal that failed once
 * fails for ever: the host must stop, its memory being ahead of what is written.
 */
export type Journal = {
  /** What was there when the journal was opened, and for a memory journal what was appended since. */
  lines(): readonly JournalLine[]
  append(line: JournalLine): void
  durable(): Promise<void>
}

/** A journal for simulations; a host made on it anew remembers what the first one did. */
export function memoryJournal(): Journal {
  const lines: JournalLine[] = []
  return {
    lines: () => [...lines],
    append: (line) => {
      lines.push(line)
    },
    durable: () => Promise.resolve(),
  }
}
