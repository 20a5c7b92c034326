import { withIncrement, withIncrementAskedAgain, withIncrementReversed } from './increments.ts'
import type { Increment, JournalEntry, Transaction } from './journal-entry.ts'
import type {
  BalanceSetLine,
  BatchClosedLine,
  BatchIds,
  JournalLine,
  TransactionIds,
  TransactionLine,
} from './journal.ts'

export type KnownIncrement = { readonly sale: Transaction; readonly increment: Increment }

/**
 * The state that follows from the journal's lines, and from nothing else.
 * Invariant: charged = 0 once declined or reversed, and then for ever; so a reversal gives back exactly once.
 */
export class Book {
  readonly #transactions = new Map<string, Transaction>()
  readonly #keyByRrn = new Map<string, string>()
  /** Of increments, by their own ids and by their RRN: the key of their sale. */
  readonly #saleKeys = new Map<string, string>()
  readonly #reversalAnswers = new Map<string, '00' | '25'>()
  readonly #chargedMinor = new Map<string, number>()
  readonly #accounts = new Map<string, BalanceSetLine>()
  readonly #highestAtc = new Map<string, number>()
  readonly #batches: BatchClosedLine[] = []
  #approvals = 0
  #clockAheadMs = 0

  /** Approvals ever given; the source of approval codes. */
  approvals(): number {
    return this.#approvals
  }

  /** How far the test clock was put forward. */
  clockAheadMs(): number {
    return this.#clockAheadMs
  }

  /** What this very reversal was answered; undefined for one that is new. */
  reversalAnswer(ids: TransactionIds, reversalStan: string): '00' | '25' | undefined {
    return this.#reversalAnswers.get(`${keyOf(ids)}|${reversalStan}`)
  }

  /** In the order in which they were closed. */
  batches(): readonly BatchClosedLine[] {
    return this.#batches
  }

  closedBatch(batch: BatchIds): BatchClosedLine | undefined {
    return this.#batches.find((line) => batchKey(line.batch) === batchKey(batch))
  }

  /** Captured sales and refunds of the terminal in that currency that no batch has settled yet. */
  openEntries(batch: BatchIds): JournalEntry[] {
    return this.entries().filter((entry) => entry.batchNumber === undefined && isOf(entry, batch))
  }

  /** What a card owes in one currency, all its transactions together. */
  chargedMinor(cardFingerprint: string, currency: string): number {
    return this.#chargedMinor.get(accountKey(cardFingerprint, currency)) ?? 0
  }

  /** As it was last set by hand. */
  account(cardFingerprint: string, currency: string): BalanceSetLine | undefined {
    return this.#accounts.get(accountKey(cardFingerprint, currency))
  }

  accounts(): readonly BalanceSetLine[] {
    return [...this.#accounts.values()]
  }

  highestAtc(cardFingerprint: string): number | undefined {
    return this.#highestAtc.get(cardFingerprint)
  }

  find(ids: TransactionIds): Transaction | undefined {
    return this.#transactions.get(keyOf(ids))
  }

  /** Also one that went under another STAN: its sender may have lost what it knew. */
  findByRrn(ids: TransactionIds): Transaction | undefined {
    return this.#transactions.get(this.#keyByRrn.get(rrnKeyOf(ids)) ?? '')
  }

  /** By its own ids; where the host `knowsRrn` also by its RRN alone. */
  findIncrement(
    ids: TransactionIds,
    { knowsRrn }: { readonly knowsRrn: boolean },
  ): KnownIncrement | undefined {
    const key = this.#saleKeys.get(keyOf(ids)) ?? (knowsRrn ? this.#saleKeys.get(rrnKeyOf(ids)) : undefined)
    const sale = key === undefined ? undefined : this.#transactions.get(key)
    const { increments = [] } = sale?.entry ?? {}
    const increment =
      increments.find((one) => keyOf(one.ids) === keyOf(ids)) ??
      increments.find((one) => rrnKeyOf(one.ids) === rrnKeyOf(ids))
    return sale === undefined || increment === undefined ? undefined : { sale, increment }
  }

  /** In the order in which each transaction was first heard of. */
  entries(): JournalEntry[] {
    return [...this.transactions()].map(({ entry }) => entry)
  }

  transactions(): Iterable<Transaction> {
    return this.#transactions.values()
  }

  apply(line: JournalLine): void {
    switch (line.event) {
      case 'clock_advanced':
        this.#clockAheadMs += line.byMs
        return
      case 'balance_set':
        this.#accounts.set(accountKey(line.cardFingerprint, line.currency), line)
        return
      case 'batch_closed': {
        const batchNumber = line.batch.number
        for (const [key, transaction] of this.#transactions) {
          const { entry } = transaction
          if (entry.batchNumber !== undefined || !isOf(entry, line.batch)) continue
          this.#transactions.set(key, changed(transaction, { batchNumber }))
        }
        this.#batches.push(line)
        return
      }
      case 'funding_terms_set':
        return
      case 'authorised':
      case 'refunded':
      case 'incremented':
      case 'asked_again':
      case 'completed':
      case 'reversed':
      case 'inquired':
      case 'charged_back':
      case 'chargeback_won':
      case 'chargeback_lost':
        this.#advance(line)
    }
  }

  #advance(line: TransactionLine): void {
    const before = this.find(line.ids)
    const after = advance(before, line)
    if (after === undefined) return
    this.#transactions.set(keyOf(line.ids), after)
    if (line.event === 'reversed' && line.reversalStan !== undefined && line.responseCode !== undefined)
      this.#reversalAnswers.set(
        `${keyOf(line.increment ?? line.ids)}|${line.reversalStan}`,
        line.responseCode,
      )
    if (line.event === 'incremented') {
      this.#saleKeys.set(keyOf(line.increment), keyOf(line.ids))
      this.#saleKeys.set(rrnKeyOf(line.increment), keyOf(line.ids))
      if (line.outcome === 'approved') this.#approvals += 1
    }
    this.#keyByRrn.set(rrnKeyOf(line.ids), keyOf(line.ids))
    const { cardFingerprint, currency, chargedMinor } = after.entry
    const account = accountKey(cardFingerprint, currency)
    const changeMinor = chargedMinor - (before?.entry.chargedMinor ?? 0)
    this.#chargedMinor.set(account, (this.#chargedMinor.get(account) ?? 0) + changeMinor)
    if (after.entry.kind === 'refund') this.#noteOnSale(after.entry, -changeMinor)
    if (line.event !== 'authorised' && line.event !== 'refunded') return
    if (line.outcome === 'approved') this.#approvals += 1
    if (line.event === 'refunded') return
    if (line.atc !== undefined && line.atc > (this.highestAtc(cardFingerprint) ?? -1)) {
      this.#highestAtc.set(cardFingerprint, line.atc)
    }
  }

  #noteOnSale({ saleRrn, ...refund }: JournalEntry, changeMinor: number): void {
    const sale = saleRrn === undefined ? undefined : this.findByRrn({ ...refund, rrn: saleRrn })
    if (sale === undefined) return
    const refundedMinor = (sale.entry.refundedMinor ?? 0) + changeMinor
    this.#transactions.set(keyOf(sale.entry), changed(sale, { refundedMinor }))
  }
}

function advance(before: Transaction | undefined, line: TransactionLine): Transaction | undefined {
  switch (line.event) {
    case 'authorised': {
      const { event: _event, ids, answeredMinor, chip: _chip, availableMinor: _left, ...facts } = line
      const kind = line.kind ?? (line.deferred ? 'deferred' : 'online')
      const reversed = before?.entry.reversed ?? false
      const approved = line.outcome === 'approved' ? { approvedMinor: answeredMinor } : {}
      const chargedMinor = reversed ? 0 : (approved.approvedMinor ?? 0)
      const entry = { ...facts, ...ids, kind, ...approved, reversed, chargedMinor, timesAsked: 1 }
      return { entry, authorised: line }
    }
    case 'refunded': {
      const { event: _event, ids, ...facts } = line
      const reversed = before?.entry.reversed ?? false
      const chargedMinor = line.outcome === 'approved' && !reversed ? -line.amountMinor : 0
      const approved = line.outcome === 'approved' ? { approvedMinor: line.amountMinor } : {}
      const common = { kind: 'refund', deferred: false, timesAsked: 1 } as const
      const entry = { ...facts, ...ids, ...common, ...approved, reversed, chargedMinor }
      return { entry, refunded: line }
    }
    case 'incremented':
      return before && withIncrement(before, line)
    case 'asked_again':
      if (before !== undefined && line.increment !== undefined)
        return withIncrementAskedAgain(before, { increment: line.increment })
      return before && changed(before, { timesAsked: before.entry.timesAsked + 1 })
    case 'completed': {
      if (before?.authorised?.outcome !== 'approved' || before.entry.reversed) return before
      return changed(before, { chargedMinor: line.amountMinor, completedMinor: line.amountMinor })
    }
    case 'reversed': {
      if (before === undefined) {
        const { atMs, ids, mti, merchant, amountMinor, currency } = line
        return { entry: { atMs, mti, merchant, amountMinor, currency, ...ids, ...NEVER_SEEN } }
      }
      if (line.increment !== undefined) return withIncrementReversed(before, { increment: line.increment })
      const remainingMinor = line.remainingMinor ?? 0
      const { chargedMinor: nowMinor } = before.entry
      // A refund stands below zero, and comes up to it.
      const chargedMinor =
        nowMinor < 0 ? Math.max(nowMinor, 0 - remainingMinor) : Math.min(nowMinor, remainingMinor)
      return changed(before, { reversed: before.entry.reversed || remainingMinor === 0, chargedMinor })
    }
    case 'charged_back':
      return before && chargedBack(before, line.amountMinor)
    case 'chargeback_won':
      return before && chargedBack(before, -line.amountMinor)
    case 'inquired':
    case 'chargeback_lost':
      return before
  }
}

function chargedBack(before: Transaction, byMinor: number): Transaction {
  return changed(before, { chargedBackMinor: (before.entry.chargedBackMinor ?? 0) + byMinor })
}

/** What the host captures: an approved 0200, 0220 or 0320, what was completed, and what is left of it. */
function isOf(entry: JournalEntry, { acquirerId, terminal, merchant, currency }: BatchIds): boolean {
  return (
    isCaptured(entry) &&
    entry.outcome === 'approved' &&
    entry.acquirerId === acquirerId &&
    entry.terminal === terminal &&
    entry.merchant === merchant &&
    entry.currency === currency
  )
}

/** A 0100 only holds: its money moves when a 0220 or a 0320 says how much. */
export function isCaptured({ mti, completedMinor }: Pick<JournalEntry, 'mti' | 'completedMinor'>): boolean {
  return mti.startsWith('02') || mti.startsWith('03') || completedMinor !== undefined
}

function batchKey({ acquirerId, terminal, merchant, currency, number }: BatchIds): string {
  return [acquirerId, terminal, merchant, currency, number].join('|')
}

function changed(before: Transaction, entry: Partial<JournalEntry>): Transaction {
  return { ...before, entry: { ...before.entry, ...entry } }
}

const NEVER_SEEN = {
  kind: 'reversal_only',
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

/** Not the local time either: a sender that lost its database may know that of the sale only by the second. */
function rrnKeyOf(ids: TransactionIds): string {
  return [ids.acquirerId, ids.terminal, ids.rrn].join('|')
}

function accountKey(cardFingerprint: string, currency: string): string {
  return `${cardFingerprint}|${currency}`
}
