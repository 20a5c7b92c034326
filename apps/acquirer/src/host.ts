import {
  bcdBinary1987,
  buildBatchUploadAnswer,
  buildNetworkAnswer,
  buildReconciliationAnswer,
  isRefund,
  type Iso8583Message,
  NETWORK_CODES,
  parseAuthorisationAdvice,
  parseAuthorisationRequest,
  parseBatchUpload,
  parseFinancialAdvice,
  parseFinancialRequest,
  parseNetworkRequest,
  parseReconciliationRequest,
  parseRefundRequest,
  parseReversalAdvice,
  type ReceivedBatchUpload,
  type ReceivedCardAdvice,
  type ReceivedCardRequest,
  type ReceivedReconciliationRequest,
  type ReceivedRefundRequest,
  type ReceivedReversalAdvice,
  type WireProfile,
} from '@holdfast/iso8583'

import { compareTotals, uploadLine } from './batches.ts'
import { Book, type JournalEntry, type Transaction } from './book.ts'
import { cardByPan } from './cards.ts'
import { ChargebackBook } from './chargeback-book.ts'
import { FundingBook } from './funding-book.ts'
import { adviceAnswer, formatError, refundAnswer, reversalAnswer, saleAnswer } from './host-answers.ts'
import { createDesk, type HostDesk } from './host-desk.ts'
import { accept, type AtcRule, decide, declineOf } from './issuer.ts'
import type { AuthorisedLine, Journal, JournalLine, TransactionIds } from './journal.ts'
import { createRefundDesk } from './refund-desk.ts'
import { Script, type ScriptAction } from './script.ts'

export type HostReply =
  /** Answer after `delayMs`, `copies` times. */
  | {
      readonly kind: 'answer'
      readonly message: Iso8583Message
      readonly delayMs: number
      readonly copies: number
      /** Answers that were held back and go first. */
      readonly late?: readonly Iso8583Message[]
      readonly damage?: 'wrong_mac' | 'garbage'
    }
  /** Begin the answer and break the connection, in the middle where no number of bytes is said. */
  | { readonly kind: 'cut'; readonly message: Iso8583Message; readonly afterBytes?: number }
  | { readonly kind: 'silence'; readonly why: 'dropped' | 'held_back' | 'message_not_supported' }

export type HostDeps = {
  readonly nowMs: () => number
  readonly journal: Journal
  /** A keyed one-way name of a card number; the same in every run on one journal. */
  readonly fingerprint: (pan: string) => string
  readonly script?: Script
  readonly profile?: WireProfile
  /** False: a request under another STAN or local time is another request, whatever its RRN says. */
  readonly knowsRrn?: boolean
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
  const heldBack = new Map<string, Iso8583Message[]>()
  const find = (ids: TransactionIds) =>
    book.find(ids) ?? (deps.knowsRrn === false ? undefined : book.findByRrn(ids))
  for (const line of journal.lines()) apply(line)

  const nowMs = (): number => deps.nowMs() + book.clockAheadMs()
  const record = (line: JournalLine): void => {
    journal.append(line)
    apply(line)
  }

  const refunds = createRefundDesk({ book, record, find, fingerprint, nowMs })

  const authorise = (message: Iso8583Message, request: ReceivedCardRequest): HostReply => {
    const { mti } = message
    const ids = idsOf(request, request.stan)
    const found = find(ids)
    const known = found?.authorised
    const action = script.take({
      message: 'authorisation',
      card: cardByPan(request.pan)?.name,
      amountMinor: request.amountMinor,
      deferred: request.deferred,
      known: known !== undefined,
    })
    if (action?.drop === 'before') return DROPPED
    const cardFingerprint = fingerprint(request.pan)
    // The ids of a refund, and it stays one.
    if (found?.refunded !== undefined)
      return deliver(saleAnswer(mti, { ids, atMs: nowMs(), ...declineOf(request, NOT_VALID) }), action)
    if (known === undefined) {
      // The reversal overtook its request: an approval now would never be undone.
      const decision =
        found?.entry.reversed === true
          ? declineOf(request, TAKEN_BACK)
          : isRefund(message.fields)
            ? declineOf(request, NOT_VALID)
            : decide(book, request, { cardFingerprint, atcRule, ...scriptedDecision(action) })
      const line: AuthorisedLine = {
        event: 'authorised',
        atMs: nowMs(),
        ids,
        mti,
        cardFingerprint,
        ...decision,
      }
      record(line)
      return deliver(saleAnswer(mti, line), action)
    }
    record({ event: 'asked_again', atMs: nowMs(), ids: known.ids, mti })
    const answered = { ...known, ids }
    // Known ids on another sale: neither the old answer nor a new decision would be true of it.
    if (!isSameSale(known, request, cardFingerprint) || isAdvice(known.mti)) {
      return deliver(saleAnswer(mti, { ...answered, ...declineOf(request, NOT_VALID) }), action)
    }
    const isTakenBack = known.outcome === 'approved' && found?.entry.reversed === true
    const now = isTakenBack ? { ...declineOf(request, TAKEN_BACK), ids, atMs: known.atMs } : answered
    return deliver(saleAnswer(mti, now), action)
  }

  const refund = (message: Iso8583Message, request: ReceivedRefundRequest): HostReply => {
    const { mti } = message
    const { pan, amountMinor, currencyNumeric, saleRrn, merchantId } = request
    const ids = idsOf(request, request.stan)
    const action = takeRefundAction(request, ids)
    if (action?.drop === 'before') return DROPPED
    const facts = { pan, amountMinor, currency: currencyNumeric, merchant: merchantId, saleRrn }
    const said = refunds.take({ mti, ids, ...facts }, action?.responseCode)
    return deliver(refundAnswer({ ids, amountMinor, atMs: nowMs(), ...said }), action)
  }

  const takeRefundAction = (
    { pan, amountMinor }: Pick<ReceivedRefundRequest, 'pan' | 'amountMinor'>,
    ids: TransactionIds,
  ): ScriptAction | undefined => {
    const known = find(ids)?.refunded !== undefined
    return script.take({ message: 'refund', card: cardByPan(pan)?.name, amountMinor, known })
  }

  const advise = (message: Iso8583Message, advice: ReceivedCardAdvice): HostReply => {
    const { mti } = message
    const { advised } = advice
    const ids = idsOf(advice, advised.kind === 'completion' ? advised.original.stan : advice.stan)
    const found = find(ids)
    const action = script.take({
      message: 'advice',
      card: cardByPan(advice.pan)?.name,
      amountMinor: advice.amountMinor,
      known: found?.authorised !== undefined && advised.kind !== 'completion',
    })
    if (action?.drop === 'before') return DROPPED
    const atMs = nowMs()
    const say = (responseCode: string): HostReply =>
      deliver(adviceAnswer(mti, { ids: { ...ids, stan: advice.stan }, responseCode, atMs }), action)
    // An advice is refused technically or not at all, and then nothing is done.
    if (action?.responseCode !== undefined) return say(action.responseCode)
    if (isRefund(message.fields) || found?.refunded !== undefined) return say(NOT_VALID)
    if (advised.kind === 'completion') return say(complete(mti, advice.amountMinor, found))
    const cardFingerprint = fingerprint(advice.pan)
    const known = found?.authorised
    if (known !== undefined) {
      record({ event: 'asked_again', atMs, ids: known.ids, mti })
      const isSame = isSameSale(known, advice, cardFingerprint) && isAdvice(known.mti)
      if (!isSame) return say(NOT_VALID)
      return say(known.outcome === 'approved' && found?.entry.reversed !== true ? '00' : TAKEN_BACK)
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
    return say(isReversed ? TAKEN_BACK : '00')
  }

  /** The response code to the final amount of an earlier approval. */
  const complete = (mti: string, amountMinor: number, found: Transaction | undefined): string => {
    const line = found?.authorised
    if (found === undefined || line === undefined || found.entry.reversed) return TAKEN_BACK
    if (line.outcome !== 'approved') return NOT_VALID
    const { completedMinor, batchNumber, chargedMinor } = found.entry
    if (completedMinor !== undefined && completedMinor !== amountMinor) return NOT_VALID
    // A batch that is closed is agreed on.
    if (batchNumber !== undefined && chargedMinor !== amountMinor) return NOT_VALID
    const event = completedMinor === undefined ? 'completed' : 'asked_again'
    const common = { atMs: nowMs(), ids: line.ids, mti }
    record(event === 'completed' ? { event, ...common, amountMinor } : { event, ...common })
    return '00'
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
    const onFile = find(ids)
    const fileIds = onFile === undefined ? ids : idsOfEntry(onFile.entry)
    // Not on file: this puts it there, and whoever asks after it finds it taken back.
    const responseCode = book.reversalAnswer(fileIds, advice.stan) ?? (onFile === undefined ? '25' : '00')
    record({
      event: 'reversed',
      atMs: nowMs(),
      ids: fileIds,
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
    const line = uploadLine({ told, mti, atMs: nowMs(), cardFingerprint: fingerprint(told.pan) }, found)
    if (typeof line === 'string') return line
    record(line)
    return '00'
  }

  const uploadRefund = ({ mti }: Iso8583Message, told: ReceivedBatchUpload): HostReply => {
    const { pan, amountMinor, currencyNumeric, saleRrn, merchantId } = told
    const ids = idsOf(told, told.original.stan)
    const action = takeRefundAction(told, ids)
    if (action?.drop === 'before') return DROPPED
    const facts = { pan, amountMinor, currency: currencyNumeric, merchant: merchantId, saleRrn }
    const { responseCode } = refunds.take({ mti, ids, ...facts }, action?.responseCode)
    return deliver(buildBatchUploadAnswer({ ...told, responseCode }), action)
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
    if (!parsed.ok) return answer(formatError(message))
    const action = script.take({ message: 'network', card: undefined, amountMinor: 0, known: false })
    if (action?.drop === 'before') return DROPPED
    const isPossible = parsed.value.code !== NETWORK_CODES.keyChange || profile.mac === 'required'
    const responseCode = action?.responseCode ?? (isPossible ? '00' : FUNCTION_NOT_SUPPORTED)
    return deliver(buildNetworkAnswer({ ...parsed.value, responseCode }), action)
  }

  const deliver = (message: Iso8583Message, action: ScriptAction | undefined): HostReply => {
    if (action?.drop === 'after') return DROPPED
    const terminal = message.fields[41] ?? ''
    if (action?.lateAnswer === true) {
      heldBack.set(terminal, [...(heldBack.get(terminal) ?? []), message])
      return { kind: 'silence', why: 'held_back' }
    }
    if (action?.cut !== undefined) return { kind: 'cut', message, ...(action.cut === true ? {} : action.cut) }
    const late = heldBack.get(terminal)
    heldBack.delete(terminal)
    return {
      kind: 'answer',
      message,
      delayMs: action?.delayMs ?? 0,
      copies: action?.duplicate === true ? 2 : 1,
      ...(late === undefined ? {} : { late }),
      ...(action?.wrongMac === true ? { damage: 'wrong_mac' } : {}),
      ...(action?.garbage === true ? { damage: 'garbage' } : {}),
    }
  }

  return {
    handle(message) {
      switch (message.mti) {
        case '0100':
        case '0101':
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

const DROPPED: HostReply = { kind: 'silence', why: 'dropped' }
/** "Unable to locate record": to a repeat, that what was once approved has been taken back. */
const TAKEN_BACK = '25'
const NOT_VALID = '12'
const FUNCTION_NOT_SUPPORTED = '40'

function read<Value>(
  message: Iso8583Message,
  parsed: { readonly ok: true; readonly value: Value } | { readonly ok: false },
  act: (message: Iso8583Message, value: Value) => HostReply,
): HostReply {
  return parsed.ok ? act(message, parsed.value) : answer(formatError(message))
}

type Identified = ReceivedCardRequest | ReceivedCardAdvice | ReceivedReversalAdvice

function idsOfEntry({ acquirerId, terminal, stan, localDate, localTime, rrn }: JournalEntry): TransactionIds {
  return { acquirerId, terminal, stan, localDate, localTime, rrn }
}

function idsOf(
  message: Pick<Identified, 'acquirerId' | 'terminalId' | 'rrn' | 'saleLocalTime'>,
  stan: string,
): TransactionIds {
  const { acquirerId, terminalId, rrn, saleLocalTime } = message
  const { MMDD: localDate, hhmmss: localTime } = saleLocalTime
  return { acquirerId, terminal: terminalId, stan, localDate, localTime, rrn }
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

function scriptedDecision(action: ScriptAction | undefined): {
  readonly scripted?: { readonly responseCode: string; readonly approvedMinor?: number }
} {
  const { responseCode, approvedMinor } = action ?? {}
  if (responseCode === undefined) return {}
  return { scripted: { responseCode, ...(approvedMinor === undefined ? {} : { approvedMinor }) } }
}

function answer(message: Iso8583Message): HostReply {
  return { kind: 'answer', message, delayMs: 0, copies: 1 }
}
