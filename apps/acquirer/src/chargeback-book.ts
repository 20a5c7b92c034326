import type { Book } from './book.ts'
import type { ChargebackLine, JournalLine } from './journal.ts'

/**
 *   inquiry ──▶ chargeback ──▶ won ──▶ chargeback (once more)
 *                   └──▶ lost
 *
 * From `chargeback` on the money is with the cardholder; `won` gives it back.
 */
export type ChargebackStage = 'inquiry' | 'chargeback' | 'won' | 'lost'

/** A row of `GET /chargebacks`: one step of one contested charge. */
export type Chargeback = Omit<ChargebackLine, 'event' | 'ids'> & {
  /** From 1 on, without a gap, in the order in which the acquirer tells. */
  readonly sequence: number
  readonly stage: ChargebackStage
  readonly terminal: string
  readonly rrn: string
  /** Three digits of ISO 4217. */
  readonly currency: string
}

/** What is contested, as the journal's lines tell it; the feed that gateways poll. */
export class ChargebackBook {
  readonly #rows: Chargeback[] = []
  readonly #newest = new Map<string, ChargebackLine>()

  apply(line: JournalLine, book: Book): void {
    if (!isChargebackLine(line)) return
    const { event, ids, ...facts } = line
    const currency = book.find(ids)?.entry.currency ?? ''
    const sequence = this.#rows.length + 1
    const { terminal, rrn } = ids
    this.#rows.push({ sequence, stage: STAGES[event], ...facts, terminal, rrn, currency })
    this.#newest.set(line.id, line)
  }

  rows(): readonly Chargeback[] {
    return this.#rows
  }

  newest(id: string): ChargebackLine | undefined {
    return this.#newest.get(id)
  }

  nextId(): string {
    return `cb_${String(this.#newest.size + 1).padStart(6, '0')}`
  }

  isOncePast(id: string): boolean {
    return this.#rows.filter((row) => row.id === id && row.stage === 'chargeback').length > 1
  }
}

function isChargebackLine(line: JournalLine): line is ChargebackLine {
  return line.event in STAGES
}

const STAGES = {
  inquired: 'inquiry',
  charged_back: 'chargeback',
  chargeback_won: 'won',
  chargeback_lost: 'lost',
} as const satisfies Record<ChargebackLine['event'], ChargebackStage>
