import type {
  BatchTotals,
  ReceivedBatchUpload,
  ReceivedReconciliationRequest,
  ReconciliationAnswer,
} from '@holdfast/iso8583'

import { type Book, isCaptured } from './book.ts'
import type { JournalEntry, Transaction } from './journal-entry.ts'
import type { AuthorisedLine, BatchClosedLine, CompletedLine } from './journal.ts'
import { idsOf } from './transaction-ids.ts'

const IN_BALANCE = '00'
const OUT_OF_BALANCE = '95'
const TAKEN_BACK = '25'
const NOT_VALID = '12'
const AMOUNT_NOT_VALID = '13'

/**
 * The answer to 0500, with what the host holds, and the line that closes the batch where both say the same. What counts
 * is what is left after reversals: a reversal whose sale one side never saw is no difference. The same batch asked
 * again is answered as it was closed.
 */
export function compareTotals(
  book: Book,
  asked: ReceivedReconciliationRequest,
  atMs: number,
): { readonly answer: ReconciliationAnswer; readonly line?: BatchClosedLine } {
  const batch = {
    acquirerId: asked.acquirerId,
    terminal: asked.terminalId,
    merchant: asked.merchantId,
    currency: asked.currencyNumeric,
    number: asked.batchNumber,
  }
  const { stan, localTime, terminalId } = asked
  const ids = { stan, localTime, terminalId }
  const theirs = netOf(asked.totals)
  const closed = book.closedBatch(batch)
  if (closed !== undefined) {
    const isSame = closed.count === theirs.count && closed.netMinor === theirs.netMinor
    return { answer: { ...ids, responseCode: isSame ? IN_BALANCE : OUT_OF_BALANCE } }
  }
  const totals = totalsOf(book.openEntries(batch))
  const ours = netOf(totals)
  if (ours.count !== theirs.count || ours.netMinor !== theirs.netMinor) {
    return { answer: { ...ids, responseCode: OUT_OF_BALANCE, totals } }
  }
  return {
    answer: { ...ids, responseCode: IN_BALANCE, totals },
    line: { event: 'batch_closed', atMs, batch, ...ours },
  }
}

/** What a sale of an upload adds to the journal; a response code where it adds nothing. */
export function uploadLine(
  upload: {
    readonly told: ReceivedBatchUpload
    readonly mti: string
    readonly atMs: number
    readonly cardFingerprint: string
    /** Up to which a sale may be taken. */
    readonly limitMinor: (entry: JournalEntry) => number
  },
  found: Transaction | undefined,
): AuthorisedLine | CompletedLine | string {
  const { told, mti, atMs, cardFingerprint } = upload
  const { amountMinor, approvalCode } = told
  if (found === undefined) {
    return {
      event: 'authorised',
      atMs,
      ids: idsOf(told, told.original.stan),
      mti,
      kind: 'uploaded',
      merchant: told.merchantId,
      amountMinor,
      currency: told.currencyNumeric,
      cardFingerprint,
      deferred: false,
      outcome: 'approved',
      responseCode: told.responseCode,
      ...(approvalCode === undefined ? {} : { approvalCode }),
      answeredMinor: amountMinor,
      chip: false,
    }
  }
  const { authorised, entry } = found
  if (authorised === undefined || entry.reversed) return TAKEN_BACK
  if (authorised.outcome !== 'approved' || authorised.cardFingerprint !== cardFingerprint) return NOT_VALID
  if (isCaptured(entry) && entry.chargedMinor === amountMinor) return IN_BALANCE
  // A batch that is closed is agreed on.
  if (entry.batchNumber !== undefined) return NOT_VALID
  if (amountMinor > upload.limitMinor(entry)) return AMOUNT_NOT_VALID
  return { event: 'completed', atMs, ids: authorised.ids, mti, amountMinor }
}

function totalsOf(entries: readonly JournalEntry[]): BatchTotals {
  const debits = sideOf(entries.filter(({ kind }) => kind !== 'refund'))
  const credits = sideOf(entries.filter(({ kind }) => kind === 'refund'))
  return {
    credits: credits.count,
    creditsMinor: credits.minor,
    reversedCredits: credits.reversed,
    reversedCreditsMinor: credits.reversedMinor,
    debits: debits.count,
    debitsMinor: debits.minor,
    reversedDebits: debits.reversed,
    reversedDebitsMinor: debits.reversedMinor,
  }
}

function sideOf(entries: readonly JournalEntry[]) {
  const minor = sum(entries.map((entry) => entry.completedMinor ?? entry.approvedMinor ?? 0))
  return {
    count: entries.length,
    minor,
    reversed: entries.filter(({ reversed }) => reversed).length,
    reversedMinor: minor - sum(entries.map(({ chargedMinor }) => Math.abs(chargedMinor))),
  }
}

function netOf(totals: BatchTotals): { readonly count: number; readonly netMinor: number } {
  return {
    count: totals.debits - totals.reversedDebits + totals.credits - totals.reversedCredits,
    netMinor:
      totals.debitsMinor - totals.reversedDebitsMinor - (totals.creditsMinor - totals.reversedCreditsMinor),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
