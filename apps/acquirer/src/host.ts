import {
  bcdBinary1987,
  buildAuthorisationAnswer,
  buildNetworkAnswer,
  buildReversalAnswer,
  encodeTlv,
  type Fields,
  type Iso8583Message,
  parseAuthorisationRequest,
  parseNetworkRequest,
  parseReversalAdvice,
  type ReceivedAuthorisationRequest,
  type ReceivedReversalAdvice,
  responseCode as responseCodeFact,
  type WireProfile,
} from '@holdfast/iso8583'

import { Book, type JournalEntry } from './book.ts'
import { cardByPan, issuerDecision } from './cards.ts'
import type { AuthorisedLine, Journal, JournalLine, TransactionIds } from './journal.ts'
import { Script, type ScriptAction } from './script.ts'

export type HostReply =
  /** Answer after `delayMs`, `copies` times. */
  | {
      readonly kind: 'answer'
      readonly message: Iso8583Message
      readonly delayMs: number
      readonly copies: number
    }
  /** Begin the answer and break the connection. */
  | { readonly kind: 'cut'; readonly message: Iso8583Message }
  | { readonly kind: 'silence'; readonly why: 'dropped' | 'message_not_supported' }

export type HostDeps = {
  readonly nowMs: () => number
  readonly journal: Journal
  /** A keyed one-way name of a card number; the same in every run on one journal. */
  readonly fingerprint: (pan: string) => string
  readonly script?: Script
  readonly profile?: WireProfile
  /** False: a request under another STAN is another request, whatever its RRN says. */
  readonly knowsRrn?: boolean
}

export type Host = {
  /** Decides at once. The reply may leave only after `journal.durable()`, called after this, has resolved. */
  handle(message: Iso8583Message): HostReply
  entries(): JournalEntry[]
}

/**
 * An acquirer and its issuers without sockets, disk or clock of their own.
 *
 * A request is known by acquirer, terminal, local time, RRN and STAN, and without the STAN where the host `knowsRrn`.
 * Known again, it is answered as the first time and never decided twice; 25 when its approval has been taken back. A reversal is as good before its request as after it, and as often as it comes.
 */
export function createHost(deps: HostDeps): Host {
  const { nowMs, journal, fingerprint, script = new Script(), profile = bcdBinary1987 } = deps
  const book = new Book()
  const find = (ids: TransactionIds) =>
    book.find(ids) ?? (deps.knowsRrn === false ? undefined : book.findByRrn(ids))
  for (const line of journal.lines()) book.apply(line)

  const record = (line: JournalLine): void => {
    journal.append(line)
    book.apply(line)
  }

  const authorise = (message: Iso8583Message): HostReply => {
    const parsed = parseAuthorisationRequest(profile, message)
    if (!parsed.ok) return answer(formatError(message, '0110'))
    const request = parsed.value
    const ids = idsOf(request, request.stan)
    const found = find(ids)
    const known = found?.authorised
    const action = script.take({
      message: 'authorisation',
      card: cardByPan(request.pan)?.name,
      amountMinor: request.amountMinor,
      known: known !== undefined,
    })
    if (isDropped(action, 'before')) return DROPPED
    const cardFingerprint = fingerprint(request.pan)
    if (known === undefined) {
      const decided = decide(request, action)
      const line = {
        event: 'authorised',
        atMs: nowMs(),
        ids,
        mti: message.mti,
        cardFingerprint,
        ...decided,
      } as const
      record(line)
      return deliver(answerOf(line), action)
    }
    record({ event: 'asked_again', atMs: nowMs(), ids: known.ids, mti: message.mti })
    const same = known.cardFingerprint === cardFingerprint && known.amountMinor === request.amountMinor
    // Known ids on another sale: neither the old answer nor a new decision would be true of it.
    if (!same) return deliver(answerOf({ ...declineOf(request, '12'), ids }), action)
    const isTakenBack = known.outcome === 'approved' && found?.entry.reversed === true
    return deliver(answerOf({ ...(isTakenBack ? declineOf(request, '25') : known), ids }), action)
  }

  const decide = (request: ReceivedAuthorisationRequest, action: ScriptAction | undefined): Decision => {
    // The reversal overtook its request: an approval now would never be undone.
    if (find(idsOf(request, request.stan))?.entry.reversed === true) return declineOf(request, '25')
    const scripted = action !== undefined && 'responseCode' in action ? action : undefined
    const responseCode = scripted?.responseCode ?? issuerDecision(request.pan, request.deferred)
    if (responseCodeFact(responseCode).class !== 'approved') return declineOf(request, responseCode)
    return {
      ...declineOf(request, responseCode),
      outcome: 'approved',
      approvalCode: approvalCode(book.approvals()),
      answeredMinor: Math.min(request.amountMinor, scripted?.approvedMinor ?? request.amountMinor),
    }
  }

  const reverse = (message: Iso8583Message): HostReply => {
    const parsed = parseReversalAdvice(message)
    if (!parsed.ok) return answer(formatError(message, '0410'))
    const advice = parsed.value
    const ids = idsOf(advice, advice.original.stan)
    const card = advice.pan === undefined ? undefined : cardByPan(advice.pan)?.name
    const { amountMinor } = advice
    const action = script.take({ message: 'reversal', card, amountMinor, known: false })
    if (isDropped(action, 'before')) return DROPPED
    if (action !== undefined && 'responseCode' in action)
      return answer(reversalAnswer(advice, action.responseCode))
    const found = find(ids)?.authorised
    const seen = found !== undefined
    record({
      event: 'reversed',
      atMs: nowMs(),
      ids: found?.ids ?? ids,
      mti: message.mti,
      merchant: advice.merchantId,
      amountMinor,
      currency: advice.currencyNumeric,
      ...(advice.replacementAmountMinor === undefined
        ? {}
        : { remainingMinor: advice.replacementAmountMinor }),
    })
    return deliver(reversalAnswer(advice, seen ? '00' : '25'), action)
  }

  return {
    handle(message) {
      switch (message.mti) {
        case '0100':
        case '0101':
          return authorise(message)
        case '0400':
        case '0401':
          return reverse(message)
        case '0800': {
          const parsed = parseNetworkRequest(message)
          if (!parsed.ok) return answer(formatError(message, '0810'))
          return answer(buildNetworkAnswer({ ...parsed.value, responseCode: '00' }))
        }
        default:
          return { kind: 'silence', why: 'message_not_supported' }
      }
    },
    entries: () => book.entries(),
  }
}

type Decision = Omit<AuthorisedLine, 'event' | 'atMs' | 'ids' | 'mti' | 'cardFingerprint'>

const DROPPED: HostReply = { kind: 'silence', why: 'dropped' }

function idsOf(message: ReceivedAuthorisationRequest | ReceivedReversalAdvice, stan: string): TransactionIds {
  const { acquirerId, terminalId, rrn, saleLocalTime } = message
  const { MMDD: localDate, hhmmss: localTime } = saleLocalTime
  return { acquirerId, terminal: terminalId, stan, localDate, localTime, rrn }
}

function declineOf(request: ReceivedAuthorisationRequest, responseCode: string): Decision {
  return {
    merchant: request.merchantId,
    amountMinor: request.amountMinor,
    currency: request.currencyNumeric,
    deferred: request.deferred,
    outcome: 'declined',
    responseCode,
    answeredMinor: request.amountMinor,
    chip: request.emv !== undefined,
  }
}

/** Six digits that do not repeat within a million approvals: 7,919 shares no factor with 1,000,000. */
function approvalCode(approvalsBefore: number): string {
  return String((approvalsBefore * 7_919 + 104_729) % 1_000_000).padStart(6, '0')
}

function answerOf(
  line: Omit<Decision, 'approvalCode'> & Pick<AuthorisedLine, 'ids' | 'approvalCode'>,
): Iso8583Message {
  const { ids, responseCode, approvalCode, answeredMinor, chip } = line
  return buildAuthorisationAnswer({
    stan: ids.stan,
    rrn: ids.rrn,
    terminalId: ids.terminal,
    saleLocalTime: { MMDD: ids.localDate, hhmmss: ids.localTime },
    responseCode,
    ...(approvalCode === undefined ? {} : { approvalCode }),
    amountMinor: answeredMinor,
    ...(chip ? { emv: encodeTlv([{ tag: '8A', value: new TextEncoder().encode(responseCode) }]) } : {}),
  })
}

function reversalAnswer(advice: ReceivedReversalAdvice, responseCode: string): Iso8583Message {
  const { stan, rrn, terminalId, saleLocalTime } = advice
  return buildReversalAnswer({ stan, rrn, terminalId, saleLocalTime, responseCode })
}

/** 30, with whatever the sender needs to know its request again. */
function formatError({ fields }: Iso8583Message, mti: string): Iso8583Message {
  const { 4: amount, 7: sent, 11: stan, 12: time, 13: date, 37: rrn, 41: terminal, 70: code } = fields
  const echo: { [number: number]: string | undefined } = {
    4: amount,
    7: sent,
    11: stan,
    12: time,
    13: date,
    37: rrn,
    41: terminal,
    70: code,
  }
  const present = Object.entries(echo).filter(([, value]) => value !== undefined)
  const echoed: Fields = Object.fromEntries(present)
  return { mti, fields: { ...echoed, 39: '30' } }
}

function answer(message: Iso8583Message): HostReply {
  return { kind: 'answer', message, delayMs: 0, copies: 1 }
}

function isDropped(action: ScriptAction | undefined, when: 'before' | 'after'): boolean {
  return action !== undefined && 'drop' in action && action.drop === when
}

function deliver(message: Iso8583Message, action: ScriptAction | undefined): HostReply {
  if (action === undefined) return answer(message)
  if (isDropped(action, 'after')) return DROPPED
  if ('cut' in action) return { kind: 'cut', message }
  return {
    kind: 'answer',
    message,
    delayMs: 'delayMs' in action ? action.delayMs : 0,
    copies: 'duplicate' in action ? 2 : 1,
  }
}
