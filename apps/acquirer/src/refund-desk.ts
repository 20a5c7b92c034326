import { responseCode as responseCodeFact } from '@holdfast/iso8583'

import { type Book, isCaptured } from './book.ts'
import type { Transaction } from './journal-entry.ts'
import { isLuhnValid } from './cards.ts'
import type { JournalLine, RefundedLine, TransactionIds } from './journal.ts'

/** A refund as it is asked by 0200 or told by 0320. */
type ToldRefund = {
  readonly mti: string
  readonly ids: TransactionIds
  readonly merchant: string
  readonly pan: string
  readonly amountMinor: number
  readonly currency: string
  /** Of the sale, on the same terminal; absent: without its sale. */
  readonly saleRrn?: string | undefined
}

export type RefundAnswer = Pick<RefundedLine, 'responseCode' | 'approvalCode'>

export type RefundDesk = {
  /** `scripted`: what is said instead of the rules. Known again, a refund is answered as the first time and never paid twice. */
  take(told: ToldRefund, scripted: string | undefined): RefundAnswer
}

const APPROVED = '00'
const NOT_VALID = '12'
const AMOUNT_NOT_VALID = '13'
const NO_SUCH_CARD = '14'
const NOT_FOUND = '25'

export function createRefundDesk(deps: {
  readonly book: Book
  readonly record: (line: JournalLine) => void
  readonly find: (ids: TransactionIds) => Transaction | undefined
  readonly fingerprint: (pan: string) => string
  readonly nowMs: () => number
}): RefundDesk {
  const { book, record, find, fingerprint, nowMs } = deps

  return {
    take(told, scripted) {
      const { mti, ids, merchant, amountMinor, currency, saleRrn } = told
      const found = find(ids)
      const cardFingerprint = fingerprint(told.pan)
      const known = found?.refunded ?? found?.authorised
      if (known !== undefined) {
        record({ event: 'asked_again', atMs: nowMs(), ids: known.ids, mti })
        if (!isSame(known, { ...told, cardFingerprint })) return { responseCode: NOT_VALID }
        const isTakenBack = known.outcome === 'approved' && found?.entry.reversed === true
        return isTakenBack ? { responseCode: NOT_FOUND } : answerOf(known)
      }
      // The reversal overtook it: paid now, it would never be taken back.
      const responseCode =
        found?.entry.reversed === true ? NOT_FOUND : (scripted ?? ruleOn(book, { ...told, cardFingerprint }))
      const { class: meaning } = responseCodeFact(responseCode)
      // Nobody has decided, so nothing is known of it the next time.
      if (meaning === 'retry_later' || meaning === 'unknown') return { responseCode }
      const isApproved = meaning === 'approved'
      const answer = isApproved ? { responseCode, approvalCode: approvalCodeOf(book) } : { responseCode }
      const facts = { merchant, amountMinor, currency, cardFingerprint, ...answer }
      const outcome = isApproved ? 'approved' : 'declined'
      const sale = saleRrn === undefined ? {} : { saleRrn }
      record({ event: 'refunded', atMs: nowMs(), ids, mti, outcome, ...facts, ...sale })
      return answer
    },
  }
}

/** The ids are those of whoever asks: it may know it by another STAN. */
function answerOf({ responseCode, approvalCode }: RefundAnswer): RefundAnswer {
  return approvalCode === undefined ? { responseCode } : { responseCode, approvalCode }
}

type Asked = ToldRefund & { readonly cardFingerprint: string }

/** Of a sale no more goes back than it still charges, to its own card. Without one, to any card that can exist. */
function ruleOn(book: Book, { ids, saleRrn, pan, amountMinor, currency, cardFingerprint }: Asked): string {
  if (!isLuhnValid(pan)) return NO_SUCH_CARD
  if (saleRrn === undefined) return APPROVED
  const sale = book.findByRrn({ ...ids, rrn: saleRrn })
  if (sale?.authorised?.outcome !== 'approved' || sale.entry.reversed) return NOT_FOUND
  const { entry } = sale
  if (entry.cardFingerprint !== cardFingerprint || entry.currency !== currency) return NOT_VALID
  if (!isCaptured(entry)) return NOT_VALID
  const leftMinor = entry.chargedMinor - (entry.refundedMinor ?? 0)
  return amountMinor > leftMinor ? AMOUNT_NOT_VALID : APPROVED
}

function isSame(known: NonNullable<Transaction['refunded' | 'authorised']>, told: Asked): boolean {
  return (
    known.event === 'refunded' &&
    known.cardFingerprint === told.cardFingerprint &&
    known.amountMinor === told.amountMinor &&
    known.currency === told.currency &&
    known.saleRrn === told.saleRrn
  )
}

/** Apart from those of sales: R and five digits. */
function approvalCodeOf(book: Book): string {
  return `R${String(book.approvals() % 100_000).padStart(5, '0')}`
}
