import {
  type AcceptedBy,
  advance,
  methodRefusal,
  newId,
  type PaymentStory,
  type StoryEvent,
} from '@holdfast/core'
import { needsSealed } from '../payments/needs-sealed.ts'
import type { SealedRecord } from '@holdfast/envelope'
import type { ErrorCode, RecordOf } from '@holdfast/protocol'
import type { FollowUp } from '../money/money-task.ts'
import type { AttemptDetails, DeviceRow, PaymentRow } from '../store/gateway-store.ts'

export interface Arrival {
  readonly device: DeviceRow
  readonly nowMs: number
  readonly link: string
  readonly randomBytes: (length: number) => Uint8Array
  /** True for an `attempt.started` that asks to be authorised now, not one that merely tells. */
  readonly presented: boolean
  /** Set when a lost database may have had this record, and may have asked the issuer because of it. */
  readonly doubt: Doubt | null
  /** What a payment that this record opens is known as of: below the generation when in doubt. */
  readonly asOf: number
  /** An approval from before this moment may have been taken back by a database that is lost; 0 when none is. */
  readonly reversibleBeforeMs: number
  /** Set when a person has said that it is genuine, whatever contradicts it. */
  readonly genuine?: true
}

export interface Doubt {
  /** Of the first presentation of the record's attempt. */
  readonly rrn: string
}

/**
 * `row` null: the record concerns no payment row. `work`: what money has to do about it. `parked`: kept for a human, with
 * its code.
 */
export type Applied =
  | { readonly row: PaymentRow | null; readonly work?: FollowUp }
  | { readonly parked: ErrorCode }

/** What one verified record does to its payment. Pure; the order of the rules is precedence. */
export function applyRecord(
  row: PaymentRow | null,
  voidReason: string | undefined,
  record: SealedRecord,
  arrival: Arrival,
): Applied {
  const { header } = record
  switch (header.kind) {
    case 'epoch.started':
    case 'attempt.concluded':
      return { row }
    case 'tip.closed': {
      if (row === null) return { row, work: followUpOf(header) }
      if (!isOfSale(row, header)) return { parked: 'payment_terms_mismatch' }
      const { tipMinor } = header
      return { ...step(row, { type: 'tipped', tipMinor }), work: followUpOf(header) }
    }
    case 'capture.requested':
    case 'refund.requested':
      // It may arrive before its payment; then whoever does it asks again whose it is.
      if (row !== null && !isOfSale(row, header)) return { parked: 'payment_terms_mismatch' }
      return { row, work: followUpOf(header) }
    case 'payment.voided':
      if (row === null) return { row }
      if (!isOfSale(row, header)) return { parked: 'payment_terms_mismatch' }
      // What a human was to find out about asking, nobody asks any more; what has to be taken back is taken back.
      return step({ ...row, attention: null }, { type: 'voided', reason: header.reason })
    case 'sale.opened': {
      const opened = row ?? openRow(header, voidReason, arrival)
      return termsFit(opened, header) ? { row: opened } : { parked: 'payment_terms_mismatch' }
    }
    case 'attempt.started': {
      const opened = row ?? openRow(header, voidReason, arrival)
      if (!termsFit(opened, header)) return { parked: 'payment_terms_mismatch' }
      const { attempt: attemptId, ordinal, read: readId } = header
      const { presented, doubt, nowMs } = arrival
      if (doubt !== null && !(presented && opened.story.word.said !== 'open')) {
        const event: StoryEvent = { type: 'remembered', attemptId, ordinal, readId, rrn: doubt.rrn, nowMs }
        return withDetails(step(opened, event), record, arrival)
      }
      if (!presented) return { row: opened }
      // Only what is not asked yet can be refused: a try that was told again is answered by what became of it.
      const refusal = methodRefusal(arrival.device.offered ?? null, header.card)
      const isNew = !opened.story.attempts.some((attempt) => attempt.attemptId === attemptId)
      if (isNew && refusal !== null) return { parked: refusal }
      const event: StoryEvent = { type: 'presented', attemptId, ordinal, readId, nowMs }
      return withDetails(step(opened, event), record, arrival)
    }
    case 'payment.accepted': {
      const opened = row ?? openRow(header, voidReason, arrival)
      if (!termsFit(opened, header)) return { parked: 'payment_terms_mismatch' }
      const { attempt: attemptId, ordinal, read: readId, decision, times } = header
      const by = acceptedBy(decision)
      if (by === null) return { parked: 'record_malformed' }
      const { nowMs } = arrival
      const event: StoryEvent = {
        type: arrival.genuine === true ? 'accepted_instead' : 'accepted',
        attemptId,
        ordinal,
        readId,
        by,
        atMs: times.nowMs,
        notBeforeMs: nowMs,
        reversibleBeforeMs: arrival.reversibleBeforeMs,
      }
      const storedMs = decision.via === 'offline' ? times.nowMs : null
      const stored = { ...opened, storedMs: opened.storedMs ?? storedMs }
      const { doubt } = arrival
      if (doubt === null) return withDetails(step(stored, event), record, arrival)
      const known = step(stored, { type: 'remembered', attemptId, ordinal, readId, rrn: doubt.rrn, nowMs })
      if ('parked' in known || known.row === null) return known
      return withDetails(step(known.row, event), record, arrival)
    }
  }
}

function followUpOf(
  header: RecordOf<'tip.closed'> | RecordOf<'capture.requested'> | RecordOf<'refund.requested'>,
): FollowUp {
  const { device: deviceId, currency } = header
  switch (header.kind) {
    case 'tip.closed':
      return { kind: 'tip', deviceId, tipMinor: header.tipMinor, currency }
    case 'capture.requested':
      return { kind: 'capture_request', deviceId, amountMinor: header.amountMinor, currency }
    case 'refund.requested': {
      const { refund: refundId, amountMinor, operator, approver } = header
      return { kind: 'refund_request', deviceId, refundId, amountMinor, currency, operator, approver }
    }
  }
}

function isOfSale(row: PaymentRow, header: { readonly device: string; readonly sale: string }): boolean {
  return row.deviceId === header.device && row.saleId === header.sale
}

/** Null for a voice approval without what the voice said. */
function acceptedBy(decision: RecordOf<'payment.accepted'>['decision']): AcceptedBy | null {
  if (decision.via === 'online') return { via: 'online' }
  const { kind, voiceCode } = decision
  if (kind !== 'voice') return { via: 'offline', kind }
  return voiceCode === null || voiceCode === '' ? null : { via: 'offline', kind, voiceCode }
}

function step(row: PaymentRow, event: StoryEvent): Applied {
  const result = advance(row.story, event)
  return 'refusal' in result ? { parked: result.refusal } : { row: { ...row, story: result.story } }
}

type SaleHeader = RecordOf<'sale.opened'> | RecordOf<'attempt.started'> | RecordOf<'payment.accepted'>

function openRow(header: SaleHeader, voidReason: string | undefined, arrival: Arrival): PaymentRow {
  const { device } = arrival
  const story: PaymentStory = {
    paymentId: header.payment,
    money: { amountMinor: header.amountMinor, currency: header.currency },
    captureMethod: header.captureMethod,
    word: voidReason === undefined ? { said: 'open' } : { said: 'voided', reason: voidReason },
    attempts: [],
  }
  return {
    account: device.account,
    mode: device.mode,
    deviceId: device.deviceId,
    terminalId: device.terminalId,
    location: header.location,
    reader: header.reader,
    saleId: header.sale,
    reference: header.reference,
    operator: header.operator,
    link: arrival.link,
    story,
    version: 0,
    openedMs: header.times.nowMs,
    receivedMs: arrival.nowMs,
    storedMs: null,
    utcOffsetMin: header.times.utcOffsetMin,
    details: [],
    dueMs: null,
    attention: null,
    outcomeSent: false,
    asOf: arrival.asOf,
  }
}

/** One payment id means one sale of one device, for ever. */
function termsFit(row: PaymentRow, header: SaleHeader): boolean {
  const { money, captureMethod } = row.story
  return (
    row.deviceId === header.device &&
    row.saleId === header.sale &&
    money.amountMinor === header.amountMinor &&
    money.currency === header.currency &&
    captureMethod === header.captureMethod
  )
}

/** Each new attempt gets its charge and the sealed block that came with the record. */
function withDetails(applied: Applied, record: SealedRecord, arrival: Arrival): Applied {
  if ('parked' in applied || applied.row === null) return applied
  const { row } = applied
  const { header, wire } = record
  if (header.kind !== 'payment.accepted' && header.kind !== 'attempt.started') return applied
  const receipt = header.kind === 'payment.accepted' ? header.receipt : null
  const kept = row.details.map((detail): AttemptDetails => {
    const attempt = row.story.attempts[detail.number - 1]
    if (attempt === undefined || attempt.attemptId !== header.attempt) return detail
    const sealed = needsSealed(attempt) ? (detail.sealed ?? wire.sealed) : null
    return { ...detail, receipt: receipt ?? detail.receipt, sealed }
  })
  const source = { wallMs: () => arrival.nowMs, randomBytes: arrival.randomBytes }
  const fresh = row.story.attempts.slice(row.details.length).map((attempt): AttemptDetails => ({
    number: attempt.number,
    chargeId: newId('ch', source),
    card: header.card,
    receipt,
    sealed: wire.sealed,
    vault: null,
    createdMs: arrival.nowMs,
  }))
  return { row: { ...row, details: [...kept, ...fresh] } }
}
