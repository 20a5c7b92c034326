import type { Book } from './book.ts'
import type { Transaction } from './journal-entry.ts'
import type { Chargeback, ChargebackBook, ChargebackStage } from './chargeback-book.ts'
import type { ChargebackLine, JournalLine } from './journal.ts'

export type ChargebackOrder = {
  readonly rrn: string
  readonly terminal?: string
  /** The whole charge where left out. */
  readonly amountMinor?: number
  readonly reason: string
  /** `chargeback` where left out: the money is taken back at once. */
  readonly stage?: 'inquiry' | 'chargeback'
}

export type ChargebackRefusal = 'unknown_transaction' | 'not_charged' | 'amount_too_large'
export type ChargebackMoveRefusal = 'unknown_chargeback' | 'chargeback_not_there_yet'

export type ChargebackDesk = {
  /** What was told after that row; all of it after 0. */
  chargebacks(afterSequence?: number): readonly Chargeback[]
  chargeBack(order: ChargebackOrder): Chargeback | ChargebackRefusal
  /** The next step of one that is known: an inquiry becomes a chargeback, a chargeback is won or lost by the merchant. */
  moveChargeback(id: string, stage: Exclude<ChargebackStage, 'inquiry'>): Chargeback | ChargebackMoveRefusal
}

export function createChargebackDesk(deps: {
  readonly book: Book
  readonly chargebacks: ChargebackBook
  readonly record: (line: JournalLine) => void
  readonly nowMs: () => number
}): ChargebackDesk {
  const { book, chargebacks, record, nowMs } = deps

  const tell = (line: ChargebackLine): Chargeback => {
    record(line)
    const [row] = chargebacks.rows().slice(-1)
    if (row === undefined) throw new Error('what was recorded is told')
    return row
  }

  return {
    chargebacks: (afterSequence = 0) => chargebacks.rows().slice(afterSequence),
    chargeBack({ rrn, terminal, amountMinor, reason, stage = 'chargeback' }) {
      const found = [...book.transactions()].find(
        ({ entry }) => entry.rrn === rrn && (terminal === undefined || entry.terminal === terminal),
      )
      if (found?.authorised === undefined) return 'unknown_transaction'
      const leftMinor = leftOf(found)
      if (leftMinor <= 0) return 'not_charged'
      const takenMinor = amountMinor ?? leftMinor
      if (takenMinor > leftMinor) return 'amount_too_large'
      const event = stage === 'inquiry' ? 'inquired' : 'charged_back'
      const { ids } = found.authorised
      return tell({ event, atMs: nowMs(), ids, id: chargebacks.nextId(), amountMinor: takenMinor, reason })
    },
    moveChargeback(id, stage) {
      const newest = chargebacks.newest(id)
      if (newest === undefined) return 'unknown_chargeback'
      const mayMove =
        stage === 'chargeback'
          ? newest.event === 'inquired' || (newest.event === 'chargeback_won' && !chargebacks.isOncePast(id))
          : newest.event === 'charged_back'
      const found = book.find(newest.ids)
      if (!mayMove || found === undefined) return 'chargeback_not_there_yet'
      // Refunded or contested otherwise meanwhile.
      if (stage === 'chargeback' && newest.amountMinor > leftOf(found)) return 'chargeback_not_there_yet'
      return tell({ ...newest, event: EVENTS[stage], atMs: nowMs() })
    },
  }
}

const EVENTS = { chargeback: 'charged_back', won: 'chargeback_won', lost: 'chargeback_lost' } as const

function leftOf({ entry }: Transaction): number {
  return entry.chargedMinor - (entry.refundedMinor ?? 0) - (entry.chargedBackMinor ?? 0)
}
