import { type ReceivedIncrementRequest, responseCode as responseCodeFact } from '@holdfast/iso8583'

import { type Book, isCaptured, type KnownIncrement } from './book.ts'
import type { Increment, Transaction } from './journal-entry.ts'
import { issuerDecision } from './cards.ts'
import type { saleAnswer } from './host-answers.ts'
import { approvalCodeOf, fundsOf } from './issuer.ts'
import type { JournalLine, TransactionIds } from './journal.ts'
import type { ScriptedDecision } from './sale-desk.ts'
import { idsOf, idsOfEntry } from './transaction-ids.ts'

export type IncrementDesk = {
  /** 0100 with the mark. Known again, it is answered as the first time and never decided twice; 25 when it, or its sale, was taken back. */
  ask(
    asked: { readonly mti: string; readonly request: ReceivedIncrementRequest },
    scripted: ScriptedDecision | undefined,
  ): Parameters<typeof saleAnswer>[1]
}

const TAKEN_BACK = '25'
const NOT_VALID = '12'
const NO_FUNDS = '51'

export function createIncrementDesk(deps: {
  readonly book: Book
  readonly record: (line: JournalLine) => void
  readonly find: (ids: TransactionIds) => Transaction | undefined
  readonly findIncrement: (ids: TransactionIds) => KnownIncrement | undefined
  readonly fingerprint: (pan: string) => string
  readonly nowMs: () => number
}): IncrementDesk {
  const { book, record, find, findIncrement, fingerprint, nowMs } = deps

  return {
    ask({ mti, request }, scripted) {
      const { amountMinor, currencyNumeric: currency, pan } = request
      const increment = idsOf(request, request.stan)
      const atMs = nowMs()
      const answer = (decision: Decision) => ({
        ids: increment,
        merchant: request.merchantId,
        amountMinor,
        currency,
        deferred: false,
        chip: false,
        atMs,
        answeredMinor: amountMinor,
        ...decision,
      })
      const cardFingerprint = fingerprint(pan)
      const known = findIncrement(increment)
      if (known !== undefined) {
        const { sale, increment: first } = known
        record({ event: 'asked_again', atMs, ids: idsOfEntry(sale.entry), mti, increment: first.ids })
        const isSame = first.amountMinor === amountMinor && sale.entry.cardFingerprint === cardFingerprint
        if (!isSame) return answer(declined(NOT_VALID))
        const isTakenBack = first.outcome === 'approved' && (first.reversed || sale.entry.reversed)
        return answer(isTakenBack ? declined(TAKEN_BACK) : decisionOf(first))
      }
      // Its reversal overtook it: an approval now would never be undone.
      const other = find(increment)
      if (other !== undefined) return answer(declined(other.entry.reversed ? TAKEN_BACK : NOT_VALID))
      const sale = book.findByRrn({ ...increment, rrn: request.saleRrn })
      const line = sale?.authorised
      if (sale === undefined || line?.outcome !== 'approved' || sale.entry.reversed)
        return answer(declined(TAKEN_BACK))
      if (line.ids.stan !== request.original.stan) return answer(declined(TAKEN_BACK))
      const { entry } = sale
      const isItsSale = entry.cardFingerprint === cardFingerprint && entry.currency === currency
      // What was taken is no hold any more.
      if (!isItsSale || isCaptured(entry)) return answer(declined(NOT_VALID))
      const decision = decide(request, cardFingerprint, scripted)
      const facts = { mti, amountMinor, answeredMinor: amountMinor, ...decision }
      record({ event: 'incremented', atMs, ids: line.ids, increment, ...facts })
      return answer(decision)
    },
  }

  /** All or nothing, as far as the issuer goes: a part of what a merchant asks on top helps nobody. */
  function decide(
    { pan, currencyNumeric, amountMinor }: ReceivedIncrementRequest,
    cardFingerprint: string,
    scripted: ScriptedDecision | undefined,
  ): Decision {
    const responseCode = scripted?.responseCode ?? issuerDecision(pan, false)
    if (responseCodeFact(responseCode).class !== 'approved') return declined(responseCode)
    const approved = {
      outcome: 'approved',
      responseCode,
      approvalCode: approvalCodeOf(book.approvals()),
    } as const
    if (scripted !== undefined) {
      const { approvedMinor } = scripted
      return approvedMinor === undefined ? approved : { ...approved, answeredMinor: approvedMinor }
    }
    const { availableMinor } = fundsOf(book, { pan, currencyNumeric }, cardFingerprint)
    if (availableMinor === undefined) return approved
    return availableMinor < amountMinor
      ? { ...declined(NO_FUNDS), availableMinor }
      : { ...approved, availableMinor: availableMinor - amountMinor }
  }
}

type Decision = Pick<Increment, 'outcome' | 'responseCode'> &
  Partial<Pick<Increment, 'approvalCode' | 'answeredMinor' | 'availableMinor'>>

function declined(responseCode: string): Decision {
  return { outcome: 'declined', responseCode }
}

function decisionOf({
  outcome,
  responseCode,
  approvalCode,
  answeredMinor,
  availableMinor,
}: Increment): Decision {
  return {
    outcome,
    responseCode,
    answeredMinor,
    ...(approvalCode === undefined ? {} : { approvalCode }),
    ...(availableMinor === undefined ? {} : { availableMinor }),
  }
}
