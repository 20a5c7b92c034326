import type { ReceivedCardAdvice, ReceivedCardRequest } from '@holdfast/iso8583'

import type { Book } from './book.ts'
import type { JournalEntry, Transaction } from './journal-entry.ts'
import type { saleAnswer } from './host-answers.ts'
import { accept, type AtcRule, decide, declineOf } from './issuer.ts'
import type { AuthorisedLine, JournalLine, TransactionIds } from './journal.ts'

/** What is said instead of the issuer's rules. */
export type ScriptedDecision = { readonly responseCode: string; readonly approvedMinor?: number }

type Known = {
  readonly mti: string
  readonly ids: TransactionIds
  /** By its processing code it is a refund, which no sale may be. */
  readonly namesRefund: boolean
}

export type SaleDesk = {
  /** 0100 or 0200. Known again, a sale is answered as the first time and never decided twice; 25 when it was taken back. */
  ask(
    asked: Known & { readonly request: ReceivedCardRequest },
    scripted: ScriptedDecision | undefined,
  ): Parameters<typeof saleAnswer>[1]
  /** 0120 or 0220: what was approved without the issuer, or the final amount of an approval. The response code to it. */
  tell(told: Known & { readonly advice: ReceivedCardAdvice }): string
}

/** "Unable to locate record": to a repeat, that what was once approved has been taken back. */
const TAKEN_BACK = '25'
const NOT_VALID = '12'
const AMOUNT_NOT_VALID = '13'

export function createSaleDesk(deps: {
  readonly book: Book
  readonly record: (line: JournalLine) => void
  readonly find: (ids: TransactionIds) => Transaction | undefined
  readonly fingerprint: (pan: string) => string
  readonly nowMs: () => number
  readonly atcRule: AtcRule
  /** Up to which a sale may be taken. */
  readonly limitMinor: (entry: JournalEntry) => number
}): SaleDesk {
  const { book, record, find, fingerprint, nowMs, atcRule, limitMinor } = deps

  /** The response code to the final amount of an earlier approval. */
  const complete = (mti: string, amountMinor: number, found: Transaction | undefined): string => {
    const line = found?.authorised
    if (found === undefined || line === undefined || found.entry.reversed) return TAKEN_BACK
    if (line.outcome !== 'approved') return NOT_VALID
    const { completedMinor, batchNumber, chargedMinor } = found.entry
    if (completedMinor !== undefined && completedMinor !== amountMinor) return NOT_VALID
    // A batch that is closed is agreed on.
    if (batchNumber !== undefined && chargedMinor !== amountMinor) return NOT_VALID
    if (amountMinor > limitMinor(found.entry)) return AMOUNT_NOT_VALID
    const event = completedMinor === undefined ? 'completed' : 'asked_again'
    const common = { atMs: nowMs(), ids: line.ids, mti }
    record(event === 'completed' ? { event, ...common, amountMinor } : { event, ...common })
    return '00'
  }

  return {
    ask({ mti, ids, request, namesRefund }, scripted) {
      const found = find(ids)
      const known = found?.authorised
      const cardFingerprint = fingerprint(request.pan)
      // The ids of a refund, and it stays one.
      if (found?.refunded !== undefined) return { ids, atMs: nowMs(), ...declineOf(request, NOT_VALID) }
      if (known === undefined) {
        const rules = { cardFingerprint, atcRule, ...(scripted === undefined ? {} : { scripted }) }
        // The reversal overtook its request: an approval now would never be undone.
        const decision =
          found?.entry.reversed === true
            ? declineOf(request, TAKEN_BACK)
            : namesRefund
              ? declineOf(request, NOT_VALID)
              : decide(book, request, rules)
        const line: AuthorisedLine = {
          event: 'authorised',
          atMs: nowMs(),
          ids,
          mti,
          cardFingerprint,
          ...decision,
        }
        record(line)
        return line
      }
      record({ event: 'asked_again', atMs: nowMs(), ids: known.ids, mti })
      const answered = { ...known, ids }
      // Known ids on another sale: neither the old answer nor a new decision would be true of it.
      if (!isSameSale(known, request, cardFingerprint) || isAdvice(known.mti))
        return { ...answered, ...declineOf(request, NOT_VALID) }
      const isTakenBack = known.outcome === 'approved' && found?.entry.reversed === true
      return isTakenBack ? { ...declineOf(request, TAKEN_BACK), ids, atMs: known.atMs } : answered
    },
    tell({ mti, ids, advice, namesRefund }) {
      const { advised } = advice
      const found = find(ids)
      const atMs = nowMs()
      if (namesRefund || found?.refunded !== undefined) return NOT_VALID
      if (advised.kind === 'completion') return complete(mti, advice.amountMinor, found)
      const cardFingerprint = fingerprint(advice.pan)
      const known = found?.authorised
      if (known !== undefined) {
        record({ event: 'asked_again', atMs, ids: known.ids, mti })
        const isSame = isSameSale(known, advice, cardFingerprint) && isAdvice(known.mti)
        if (!isSame) return NOT_VALID
        return known.outcome === 'approved' && found?.entry.reversed !== true ? '00' : TAKEN_BACK
      }
      const isReversed = found?.entry.reversed === true
      const { kind } = advised
      const decision = isReversed
        ? { ...declineOf({ ...advice, deferred: false }, TAKEN_BACK), kind }
        : accept(book, advice, {
            cardFingerprint,
            kind,
            responseCode: advised.kind === 'voice' ? '00' : advised.responseCode,
            ...(advised.kind === 'voice' ? { approvalCode: advised.approvalCode } : {}),
          })
      record({ event: 'authorised', atMs, ids, mti, cardFingerprint, ...decision })
      return isReversed ? TAKEN_BACK : '00'
    },
  }
}

function isSameSale(
  known: AuthorisedLine,
  message: { readonly amountMinor: number; readonly currencyNumeric: string },
  cardFingerprint: string,
): boolean {
  return (
    known.cardFingerprint === cardFingerprint &&
    known.amountMinor === message.amountMinor &&
    known.currency === message.currencyNumeric
  )
}

/** 0120 and 0220, and their repeats. */
function isAdvice(mti: string): boolean {
  return mti.charAt(2) === '2'
}
