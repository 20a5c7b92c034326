import {
  bcdBinary1987,
  buildBatchUploadAnswer,
  buildNetworkAnswer,
  buildReconciliationAnswer,
  isIncrement,
  isRefund,
  type Iso8583Message,
  NETWORK_CODES,
  parseAuthorisationAdvice,
  parseAuthorisationRequest,
  parseBatchUpload,
  parseFinancialAdvice,
  parseFinancialRequest,
  parseIncrementRequest,
  parseNetworkRequest,
  parseReconciliationRequest,
  parseRefundRequest,
  parseReversalAdvice,
  type ReceivedBatchUpload,
  type ReceivedCardAdvice,
  type ReceivedCardRequest,
  type ReceivedIncrementRequest,
  type ReceivedReconciliationRequest,
  type ReceivedRefundRequest,
  type ReceivedReversalAdvice,
  type WireProfile,
} from '@holdfast/iso8583'

import { compareTotals, uploadLine } from './batches.ts'
import { Book } from './book.ts'
import type { JournalEntry } from './journal-entry.ts'
import { cardByPan } from './cards.ts'
import { ChargebackBook } from './chargeback-book.ts'
import { createDelivery, DROPPED, type HostReply, plainAnswer } from './delivery.ts'
import { FundingBook } from './funding-book.ts'
import { adviceAnswer, formatError, refundAnswer, reversalAnswer, saleAnswer } from './host-answers.ts'
import { createDesk, type HostDesk } from './host-desk.ts'
import { heldMinor } from './increments.ts'
import { createIncrementDesk } from './increment-desk.ts'
import type { AtcRule } from './issuer.ts'
import type { Journal, JournalLine, TransactionIds } from './journal.ts'
import { createRefundDesk } from './refund-desk.ts'
import { createSaleDesk, type ScriptedDecision } from './sale-desk.ts'
import { Script, type ScriptAction } from './script.ts'
import { idsOf, idsOfEntry } from './transaction-ids.ts'

export type HostDeps = {
  readonly nowMs: () => number
  readonly journal: Journal
  /** A keyed one-way name of a card number; the same in every run on one journal. */
  readonly fingerprint: (pan: string) => string
  readonly script?: Script
  readonly profile?: WireProfile
  /** False: a request under another STAN or local time is another request, whatever its RRN says. */
  readonly knowsRrn?: boolean
  /** By how much a final amount may exceed what is held, per cent; where left out, by any amount. */
  readonly tipPercentMax?: number
  /** `observe` where left out: simulated cards of one number exist in many readers, each with its own counter. */
  readonly atcRule?: AtcRule
}

export type Host = HostDesk & {
  /** Decides at once. The reply may leave only after `journal.durable()`, called after this, has resolved. */
  handle(message: Iso8583Message): HostReply
  entries(): JournalEntry[]
}

/**
 * An acquirer and its issuers without sockets, disk or clock of their own.
 *
 * A request or advice is known by acquirer, terminal, local time, RRN and STAN; where the host `knowsRrn`, by acquirer,
 * terminal and RRN alone. Known again, it is answered as the first time and never decided twice; 25 when its approval has been
 * taken back. A reversal is as good before its request as after it, and as often as it comes.
 */
export function createHost(deps: HostDeps): Host {
  const { journal, fingerprint, script = new Script(), profile = bcdBinary1987 } = deps
  const atcRule = deps.atcRule ?? 'observe'
  const book = new Book()
  const chargebacks = new ChargebackBook()
  const funding = new FundingBook()
  const apply = (line: JournalLine): void => {
    book.apply(line)
    chargebacks.apply(line, book)
    funding.apply(line, book)
  }
  const deliver = createDelivery()
  const find = (ids: TransactionIds) =>
    book.find(ids) ?? (deps.knowsRrn === false ? undefined : book.findByRrn(ids))
  const findIncrement = (ids: TransactionIds) =>
    book.findIncrement(ids, { knowsRrn: deps.knowsRrn !== false })
  for (const line of journal.lines()) apply(line)

  const nowMs = (): number => deps.nowMs() + book.clockAheadMs()
  const record = (line: JournalLine): void => {
    journal.append(line)
    apply(line)
  }

  const limitMinor = (entry: JournalEntry): number => {
    const held = heldMinor(entry)
    return deps.tipPercentMax === undefined
      ? Number.POSITIVE_INFINITY
      : held + Math.floor((held * deps.tipPercentMax) / 100)
  }
  const sales = createSaleDesk({ book, record, find, fingerprint, nowMs, atcRule, limitMinor })
  const increments = createIncrementDesk({ book, record, find, findIncrement, fingerprint, nowMs })
  const refunds = createRefundDesk({ book, record, find, fingerprint, nowMs })

  const authorise = (message: Iso8583Message, request: ReceivedCardRequest): HostReply => {
    const { mti } = message
    const { amountMinor, deferred } = request
    const ids = idsOf(request, request.stan)
    const known = find(ids)?.authorised !== undefined
    const card = cardByPan(request.pan)?.name
    const action = script.take({ message: 'authorisation', card, amountMinor, deferred, known })
    if (action?.drop === 'before') return DROPPED
    const asked = { mti, ids, request, namesRefund: isRefund(message.fields) }
    return deliver(saleAnswer(mti, sales.ask(asked, scriptedDecision(action))), action)
  }

  const increase = ({ mti }: Iso8583Message, request: ReceivedIncrementRequest): HostReply => {
    const { amountMinor, pan } = request
    const known = findIncrement(idsOf(request, request.stan)) !== undefined
    const action = script.take({ message: 'increment', card: cardByPan(pan)?.name, amountMinor, known })
    if (action?.drop === 'before') return DROPPED
    return deliver(saleAnswer(mti, increments.ask({ mti, request }, scriptedDecision(action))), action)
  }

  const advise = (message: Iso8583Message, advice: ReceivedCardAdvice): HostReply => {
    const { mti } = message
    const { advised, amountMinor } = advice
    const isCompletion = advised.kind === 'completion'
    const ids = idsOf(advice, isCompletion ? advised.original.stan : advice.stan)
    const known = find(ids)?.authorised !== undefined && !isCompletion
    const card = cardByPan(advice.pan)?.name
    const action = script.take({ message: 'advice', card, amountMinor, known })
    if (action?.drop === 'before') return DROPPED
    const atMs = nowMs()
    // An advice is refused technically or not at all, and then nothing is done.
    const responseCode =
      action?.responseCode ?? sales.tell({ mti, ids, advice, namesRefund: isRefund(message.fields) })
    return deliver(adviceAnswer(mti, { ids: { ...ids, stan: advice.stan }, responseCode, atMs }), action)
  }

  const refund = ({ mti }: Iso8583Message, request: ReceivedRefundRequest): HostReply => {
    const { ids, action, said } = takeRefund(mti, request, request.stan)
    if (said === undefined) return DROPPED
    return deliver(refundAnswer({ ids, amountMinor: request.amountMinor, atMs: nowMs(), ...said }), action)
  }

  const uploadRefund = ({ mti }: Iso8583Message, told: ReceivedBatchUpload): HostReply => {
    const { action, said } = takeRefund(mti, told, told.original.stan)
    if (said === undefined) return DROPPED
    return deliver(buildBatchUploadAnswer({ ...told, responseCode: said.responseCode }), action)
  }

  /** Nothing is said of one that the script has dropped on its way here. */
  const takeRefund = (mti: string, told: ReceivedRefundRequest | ReceivedBatchUpload, stan: string) => {
    const { pan, amountMinor, currencyNumeric: currency, saleRrn, merchantId: merchant } = told
    const ids = idsOf(told, stan)
    const known = find(ids)?.refunded !== undefined
    const action = script.take({ message: 'refund', card: cardByPan(pan)?.name, amountMinor, known })
    if (action?.drop === 'before') return { ids, action }
    const facts = { pan, amountMinor, currency, merchant, saleRrn }
    return { ids, action, said: refunds.take({ mti, ids, ...facts }, action?.responseCode) }
  }

  const reverse = (message: Iso8583Message, advice: ReceivedReversalAdvice): HostReply => {
    const ids = idsOf(advice, advice.original.stan)
    const card = advice.pan === undefined ? undefined : cardByPan(advice.pan)?.name
    const { amountMinor } = advice
    const action = script.take({ message: 'reversal', card, amountMinor, known: false })
    if (action?.drop === 'before') return DROPPED
    if (action?.responseCode !== undefined) {
      return deliver(reversalAnswer(advice, action.responseCode), action)
    }
    const part = findIncrement(ids)
    const onFile = part?.sale ?? find(ids)
    const fileIds = onFile === undefined ? ids : idsOfEntry(onFile.entry)
    // Not on file: this puts it there, and whoever asks after it finds it taken back.
    const responseCode =
      book.reversalAnswer(part?.increment.ids ?? fileIds, advice.stan) ?? (onFile === undefined ? '25' : '00')
    record({
      event: 'reversed',
      atMs: nowMs(),
      ids: fileIds,
      ...(part === undefined ? {} : { increment: part.increment.ids }),
      reversalStan: advice.stan,
      responseCode,
      mti: message.mti,
      merchant: advice.merchantId,
      amountMinor,
      currency: advice.currencyNumeric,
      ...(advice.replacementAmountMinor === undefined
        ? {}
        : { remainingMinor: advice.replacementAmountMinor }),
    })
    return deliver(reversalAnswer(advice, responseCode), action)
  }

  const upload = (message: Iso8583Message, told: ReceivedBatchUpload): HostReply => {
    if (isRefund(message.fields)) return uploadRefund(message, told)
    const action = script.take({ message: 'batch', card: undefined, amountMinor: 0, known: false })
    if (action?.drop === 'before') return DROPPED
    const responseCode = action?.responseCode ?? takeUpload(told, message.mti)
    return deliver(buildBatchUploadAnswer({ ...told, responseCode }), action)
  }

  const takeUpload = (told: ReceivedBatchUpload, mti: string): string => {
    const found = find(idsOf(told, told.original.stan))
    const upload = { told, mti, atMs: nowMs(), cardFingerprint: fingerprint(told.pan), limitMinor }
    const line = uploadLine(upload, found)
    if (typeof line === 'string') return line
    record(line)
    return '00'
  }

  const reconcile = (message: Iso8583Message, asked: ReceivedReconciliationRequest): HostReply => {
    const action = script.take({ message: 'batch', card: undefined, amountMinor: 0, known: false })
    if (action?.drop === 'before') return DROPPED
    const { answer: reply, line } = compareTotals(book, asked, nowMs())
    if (line !== undefined && action?.responseCode === undefined) record(line)
    const { responseCode = reply.responseCode } = action ?? {}
    return deliver(buildReconciliationAnswer({ ...reply, responseCode }), action)
  }

  const manage = (message: Iso8583Message): HostReply => {
    const parsed = parseNetworkRequest(message)
    if (!parsed.ok) return plainAnswer(formatError(message))
    const action = script.take({ message: 'network', card: undefined, amountMinor: 0, known: false })
    if (action?.drop === 'before') return DROPPED
    const isPossible = parsed.value.code !== NETWORK_CODES.keyChange || profile.mac === 'required'
    const responseCode = action?.responseCode ?? (isPossible ? '00' : FUNCTION_NOT_SUPPORTED)
    return deliver(buildNetworkAnswer({ ...parsed.value, responseCode }), action)
  }

  return {
    handle(message) {
      switch (message.mti) {
        case '0100':
        case '0101':
          if (isIncrement(profile, message.fields))
            return read(message, parseIncrementRequest(profile, message), increase)
          return read(message, parseAuthorisationRequest(profile, message), authorise)
        case '0200':
        case '0201':
          if (isRefund(message.fields)) return read(message, parseRefundRequest(message), refund)
          return read(message, parseFinancialRequest(profile, message), authorise)
        case '0120':
        case '0121':
          return read(message, parseAuthorisationAdvice(profile, message), advise)
        case '0220':
        case '0221':
          return read(message, parseFinancialAdvice(profile, message), advise)
        case '0400':
        case '0401':
        case '0420':
        case '0421':
          return read(message, parseReversalAdvice(message), reverse)
        case '0320':
        case '0321':
          return read(message, parseBatchUpload(message), upload)
        case '0500':
        case '0501':
          return read(message, parseReconciliationRequest(message), reconcile)
        case '0800':
          return manage(message)
        default:
          return { kind: 'silence', why: 'message_not_supported' }
      }
    },
    entries: () => book.entries(),
    ...createDesk({ book, chargebacks, funding, record, fingerprint, nowMs }),
  }
}

const FUNCTION_NOT_SUPPORTED = '40'

function read<Value>(
  message: Iso8583Message,
  parsed: { readonly ok: true; readonly value: Value } | { readonly ok: false },
  act: (message: Iso8583Message, value: Value) => HostReply,
): HostReply {
  return parsed.ok ? act(message, parsed.value) : plainAnswer(formatError(message))
}

function scriptedDecision(action: ScriptAction | undefined): ScriptedDecision | undefined {
  const { responseCode, approvedMinor } = action ?? {}
  if (responseCode === undefined) return undefined
  return { responseCode, ...(approvedMinor === undefined ? {} : { approvedMinor }) }
}
