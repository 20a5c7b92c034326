import type { Book } from './book.ts'
import { TEST_CARDS } from './cards.ts'
import type { ChargebackBook } from './chargeback-book.ts'
import { type ChargebackDesk, createChargebackDesk } from './chargeback-desk.ts'
import type { FundingBook, FundingFile } from './funding-book.ts'
import { fundsOf } from './issuer.ts'
import type { BatchClosedLine, BatchIds, FundingTerms, JournalLine } from './journal.ts'

/** A row of `GET /accounts`. */
export type Account = {
  readonly card: string
  readonly currency: string
  /** Null: without limit. */
  readonly availableMinor: number | null
  readonly chargedMinor: number
  readonly partialApprovals: boolean
}

/** A row of `GET /batches`. */
type ClosedBatch = BatchIds & Pick<BatchClosedLine, 'count' | 'netMinor' | 'atMs'>

/** What people do at the acquirer: accounts, chargebacks, what it pays, its clock. All of it is journalled. */
export type HostDesk = ChargebackDesk & {
  /** Of every test card that was charged or set, in that currency. */
  accounts(): Account[]
  /** From now on so much is left, whatever was charged before. */
  setAccount(
    account: Pick<Account, 'card' | 'currency' | 'availableMinor'> & { readonly partialApprovals?: boolean },
  ): Account
  /** What both sides agreed on. */
  batches(): readonly ClosedBatch[]
  fundingTerms(): FundingTerms
  /** Of what is paid from now on. */
  setFundingTerms(terms: FundingTerms): FundingTerms
  /** What was paid after that file; all of it after 0. */
  fundingFiles(afterSequence?: number): readonly FundingFile[]
  nowMs(): number
  advanceClock(byMs: number): number
}

export function createDesk(deps: {
  readonly book: Book
  readonly chargebacks: ChargebackBook
  readonly funding: FundingBook
  readonly record: (line: JournalLine) => void
  readonly fingerprint: (pan: string) => string
  readonly nowMs: () => number
}): HostDesk {
  const { book, chargebacks, funding, record, fingerprint, nowMs } = deps

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
    batches: () =>
      book.batches().map(({ batch, count, netMinor, atMs }) => ({ ...batch, count, netMinor, atMs })),
    fundingTerms: () => funding.terms(),
    setFundingTerms(terms) {
      record({ event: 'funding_terms_set', atMs: nowMs(), ...terms })
      return funding.terms()
    },
    fundingFiles: (afterSequence = 0) => funding.files().slice(afterSequence),
    ...createChargebackDesk({ book, chargebacks, record, nowMs }),
    nowMs,
    advanceClock(byMs) {
      record({ event: 'clock_advanced', atMs: nowMs(), byMs })
      return nowMs()
    },
  }
}
