import type { Book } from './book.ts'
import type { JournalEntry } from './journal-entry.ts'
import type { BatchClosedLine, ChargebackLine, FundingTerms, JournalLine } from './journal.ts'

/** What is paid for, or taken back. Minor units, signed: what the merchant gets is positive; the fee is taken off. */
export type FundingItem =
  | {
      readonly kind: 'sale' | 'refund'
      readonly terminal: string
      readonly batch: string
      readonly stan: string
      readonly rrn: string
      readonly amountMinor: number
      readonly feeMinor: number
    }
  | {
      readonly kind: 'chargeback' | 'chargeback_won'
      readonly chargeback: string
      readonly terminal: string
      readonly rrn: string
      readonly amountMinor: number
      readonly feeMinor: number
    }

/** One payment to the merchant, and what it is made of. */
export type FundingFile = {
  /** From 1 on, without a gap, over all contracts. */
  readonly sequence: number
  readonly file: string
  readonly acquirerId: string
  readonly merchant: string
  /** Three digits of ISO 4217. */
  readonly currency: string
  readonly madeAtMs: number
  readonly items: readonly FundingItem[]
}

/**
 * What the acquirer has paid, and for what. Each batch that closes is paid with whatever was contested or decided since
 * the last payment of its contract; where that leaves nothing to pay, all of it waits for the next batch. It follows
 * from the journal alone, so the same files come out of it again whenever they are asked for.
 */
export class FundingBook {
  readonly #files: FundingFile[] = []
  readonly #waiting = new Map<string, readonly FundingItem[]>()
  #terms: FundingTerms = { basisPoints: 0, fixedMinor: 0, chargebackMinor: 0 }

  /** After the book of transactions has heard the same line. */
  apply(line: JournalLine, book: Book): void {
    switch (line.event) {
      case 'funding_terms_set':
        this.#terms = line
        return
      case 'batch_closed':
        this.#settle(line, book)
        return
      case 'charged_back':
      case 'chargeback_won':
        this.#contest(line, book)
        return
      case 'authorised':
      case 'refunded':
      case 'incremented':
      case 'asked_again':
      case 'completed':
      case 'reversed':
      case 'inquired':
      case 'chargeback_lost':
      case 'balance_set':
      case 'clock_advanced':
    }
  }

  terms(): FundingTerms {
    const { basisPoints, fixedMinor, chargebackMinor } = this.#terms
    return { basisPoints, fixedMinor, chargebackMinor }
  }

  files(): readonly FundingFile[] {
    return this.#files
  }

  #settle({ batch, atMs }: BatchClosedLine, book: Book): void {
    const { acquirerId, terminal, merchant, currency, number } = batch
    const settled = book
      .entries()
      .filter(
        (entry) =>
          entry.batchNumber === number &&
          entry.acquirerId === acquirerId &&
          entry.terminal === terminal &&
          entry.merchant === merchant &&
          entry.currency === currency &&
          entry.chargedMinor !== 0,
      )
      .map((entry) => this.#itemOf(entry, number))
    const contract = [acquirerId, merchant, currency].join('|')
    const items = [...(this.#waiting.get(contract) ?? []), ...settled]
    if (paidMinorOf(items) < 1) {
      this.#waiting.set(contract, items)
      return
    }
    this.#waiting.delete(contract)
    const sequence = this.#files.length + 1
    const file = `F${acquirerId}-${merchant}-${currency}-${String(sequence).padStart(6, '0')}`
    this.#files.push({ sequence, file, acquirerId, merchant, currency, madeAtMs: atMs, items })
  }

  #itemOf({ kind, terminal, stan, rrn, chargedMinor }: JournalEntry, batch: string): FundingItem {
    const { basisPoints, fixedMinor } = this.#terms
    const ids = { terminal, batch, stan, rrn }
    // Charged below zero, and free of charge.
    if (kind === 'refund') return { kind, ...ids, amountMinor: chargedMinor, feeMinor: 0 }
    const feeMinor = Math.floor((chargedMinor * basisPoints + 5_000) / 10_000) + fixedMinor
    return { kind: 'sale', ...ids, amountMinor: chargedMinor, feeMinor }
  }

  #contest(line: ChargebackLine, book: Book): void {
    const entry = book.find(line.ids)?.entry
    if (entry === undefined) return
    const { acquirerId, merchant, currency, terminal, rrn } = entry
    const isWon = line.event === 'chargeback_won'
    const item: FundingItem = {
      kind: isWon ? 'chargeback_won' : 'chargeback',
      chargeback: line.id,
      terminal,
      rrn,
      amountMinor: isWon ? line.amountMinor : -line.amountMinor,
      // Once per chargeback, and kept when it is won.
      feeMinor: isWon || this.#isContestedAgain(line.id) ? 0 : this.#terms.chargebackMinor,
    }
    const contract = [acquirerId, merchant, currency].join('|')
    this.#waiting.set(contract, [...(this.#waiting.get(contract) ?? []), item])
  }

  #isContestedAgain(chargeback: string): boolean {
    const told = [...this.#files.map(({ items }) => items), ...this.#waiting.values()].flat()
    return told.some((item) => 'chargeback' in item && item.chargeback === chargeback)
  }
}

/** What goes to the merchant. */
export function paidMinorOf(items: readonly FundingItem[]): number {
  return items.reduce((sum, { amountMinor, feeMinor }) => sum + amountMinor - feeMinor, 0)
}
