import type { AuthorisedLine, JournalLine, TransactionIds } from './journal.ts'

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
  /** Reversed as a whole. */
  readonly reversed: boolean
  /** What the card is charged now, after reversals; the figure that an audit adds up. */
  readonly chargedMinor: number
  /** Requests received, repeats included. More than one with one decision is a repeat that was recognised. */
  readonly timesAsked: number
  readonly atMs: number
}

type Transaction = { readonly entry: JournalEntry; readonly authorised?: AuthorisedLine }

/**
 * The state that follows from the journal's lines, and from nothing else.
 * Invariant: 0 ≤ charged ≤ answered amount, and charged = 0 once declined or reversed; it never grows again.
 */
export class Book {
  readonly #transactions = new Map<string, Transaction>()
  readonly #keyByRrn = new Map<string, string>()
  #approvals = 0

  /** Approvals ever given; the source of approval codes. */
  approvals(): number {
    return this.#approvals
  }

  find(ids: TransactionIds): Transaction | undefined {
    return this.#transactions.get(keyOf(ids))
  }

  /** Also one that went under another STAN: its sender may have lost what it knew. */
  findByRrn(ids: TransactionIds): Transaction | undefined {
    return this.#transactions.get(this.#keyByRrn.get(rrnKeyOf(ids)) ?? '')
  }

  /** In the order in which each transaction was first heard of. */
  entries(): JournalEntry[] {
    return [...this.#transactions.values()].map(({ entry }) => entry)
  }

  apply(line: JournalLine): void {
    const before = this.find(line.ids)
    const after = advance(before, line)
    if (after !== undefined) {
      this.#transactions.set(keyOf(line.ids), after)
      this.#keyByRrn.set(rrnKeyOf(line.ids), keyOf(line.ids))
    }
    if (line.event === 'authorised' && line.outcome === 'approved') this.#approvals += 1
  }
}

function advance(before: Transaction | undefined, line: JournalLine): Transaction | undefined {
  switch (line.event) {
    case 'authorised': {
      const { event: _event, ids, answeredMinor, chip: _chip, ...facts } = line
      const reversed = before?.entry.reversed ?? false
      const chargedMinor = line.outcome === 'approved' && !reversed ? answeredMinor : 0
      return { entry: { ...facts, ...ids, reversed, chargedMinor, timesAsked: 1 }, authorised: line }
    }
    case 'asked_again':
      return before && { ...before, entry: { ...before.entry, timesAsked: before.entry.timesAsked + 1 } }
    case 'reversed': {
      if (before === undefined) {
        const { event: _event, ids, remainingMinor: _remaining, ...facts } = line
        return { entry: { ...facts, ...ids, ...NEVER_SEEN } }
      }
      const remainingMinor = line.remainingMinor ?? 0
      const chargedMinor = Math.min(before.entry.chargedMinor, remainingMinor)
      const reversed = before.entry.reversed || remainingMinor === 0
      return { ...before, entry: { ...before.entry, reversed, chargedMinor } }
    }
  }
}

const NEVER_SEEN = {
  cardFingerprint: '',
  deferred: false,
  outcome: 'never_seen',
  responseCode: '25',
  reversed: true,
  chargedMinor: 0,
  timesAsked: 0,
} as const

function keyOf(ids: TransactionIds): string {
  return [ids.acquirerId, ids.terminal, ids.stan, ids.localDate, ids.localTime, ids.rrn].join('|')
}

function rrnKeyOf(ids: TransactionIds): string {
  return [ids.acquirerId, ids.terminal, ids.rrn].join('|')
}
