import type { Book, Chargeback } from './book.ts'
import { TEST_CARDS } from './cards.ts'
import { fundsOf } from './issuer.ts'
import type { BatchClosedLine, BatchIds, JournalLine } from './journal.ts'

/** A row of `GET /accounts`. */
export type Account = {
  readonly card: string
  readonly currency: string
  /** Null: without limit. */
  readonly availableMinor: number | null
  readonly chargedMinor: number
  readonly partialApprovals: boolean
}

export type ChargebackOrder = {
  readonly rrn: string
  readonly terminal?: string
  /** The whole charge where left out. */
  readonly amountMinor?: number
  readonly reason: string
}

export type ChargebackRefusal = 'unknown_transaction' | 'not_charged' | 'amount_too_large'

/** A row of `GET /batches`. */
type ClosedBatch = BatchIds & Pick<BatchClosedLine, 'count' | 'netMinor' | 'atMs'>

/** What people do at the acquirer: accounts, chargebacks, its clock. All of it is journalled. */
export type HostDesk = {
  /** Of every test card that was charged or set, in that currency. */
  accounts(): Account[]
  /** From now on so much is left, whatever was charged before. */
  setAccount(
    account: Pick<Account, 'card' | 'currency' | 'availableMinor'> & { readonly partialApprovals?: boolean },
  ): Account
  chargebacks(): readonly Chargeback[]
  /** What both sides agreed on. */
  batches(): readonly ClosedBatch[]
  chargeBack(order: ChargebackOrder): Chargeback | ChargebackRefusal
  nowMs(): number
  advanceClock(byMs: number): number
}

export function createDesk(deps: {
  readonly book: Book
  readonly record: (line: JournalLine) => void
  readonly fingerprint: (pan: string) => string
  readonly nowMs: () => number
}): HostDesk {
  const { book, record, fingerprint, nowMs } = deps

  const accountOf = (card: string, pan: string, currency: string): Account => {
    const cardFingerprint = fingerprint(pan)
    const funds = fundsOf(book, { pan, currencyNumeric: currency }, cardFingerprint)
    return {
      card,
      currency,
      availableMinor: funds.availableMinor ?? null,
      chargedMinor: book.chargedMinor(cardFingerprint, currency),
      partialApprovals: funds.partialApprovals,
    }
  }

  return {
    accounts() {
      const used = new Set(
        [...book.entries(), ...book.accounts()].map((row) => `${row.cardFingerprint}|${row.currency}`),
      )
      const currencies = new Set([...used].map((key) => key.slice(key.indexOf('|') + 1)))
      return TEST_CARDS.flatMap(({ name, pan }) =>
        [...currencies]
          .filter((currency) => used.has(`${fingerprint(pan)}|${currency}`))
          .map((currency) => accountOf(name, pan, currency)),
      )
    },
    setAccount({ card, currency, availableMinor, partialApprovals }) {
      const pan = TEST_CARDS.find(({ name }) => name === card)?.pan
      if (pan === undefined) throw new Error('only test cards have an account to set')
      const cardFingerprint = fingerprint(pan)
      const chargedMinor = book.chargedMinor(cardFingerprint, currency)
      record({
        event: 'balance_set',
        atMs: nowMs(),
        cardFingerprint,
        currency,
        openingMinor: availableMinor === null ? null : availableMinor + chargedMinor,
        partialApprovals: partialApprovals ?? accountOf(card, pan, currency).partialApprovals,
      })
      return accountOf(card, pan, currency)
    },
    chargebacks: () => book.chargebacks(),
    batches: () =>
      book.batches().map(({ batch, count, netMinor, atMs }) => ({ ...batch, count, netMinor, atMs })),
    chargeBack({ rrn, terminal, amountMinor, reason }) {
      const found = [...book.transactions()].find(
        ({ entry }) => entry.rrn === rrn && (terminal === undefined || entry.terminal === terminal),
      )
      if (found?.authorised === undefined) return 'unknown_transaction'
      const { chargedMinor, chargedBackMinor = 0 } = found.entry
      const leftMinor = chargedMinor - chargedBackMinor
      if (leftMinor <= 0) return 'not_charged'
      const takenMinor = amountMinor ?? leftMinor
      if (takenMinor > leftMinor) return 'amount_too_large'
      const id = `cb_${String(book.chargebacks().length + 1).padStart(6, '0')}`
      const { ids, currency } = found.authorised
      const facts = { atMs: nowMs(), id, amountMinor: takenMinor, reason }
      record({ event: 'charged_back', ids, ...facts })
      return { ...facts, terminal: ids.terminal, rrn: ids.rrn, currency }
    },
    nowMs,
    advanceClock(byMs) {
      record({ event: 'clock_advanced', atMs: nowMs(), byMs })
      return nowMs()
    },
  }
}
