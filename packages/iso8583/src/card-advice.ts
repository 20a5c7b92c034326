import { type CardRequest, readRequest, type ReceivedCardRequest, writeRequest } from './card-request.ts'
import { padded, unpadded } from './field-text.ts'
import { type Fields, hasFields, missingField, type Parsed } from './message.ts'
import {
  type OriginalReference,
  readOriginal,
  type ReceivedOriginalReference,
  writeOriginal,
} from './original-data.ts'
import type { WireProfile } from './profile.ts'
import type { SaleLocalTime } from './sale-time.ts'

/**
 * What is already done and is told, by 0120 and 0220 alike. The host accepts it or fails technically, never for
 * funds. DE39 says who decided: Y1 or Y3 the card, 00 a human or an earlier answer.
 */
export type Advised<Original = OriginalReference> =
  /** The card approved: TC in `emv`. Y1 without being asked to go online, Y3 unable to. */
  | { readonly kind: 'card_approved'; readonly responseCode: 'Y1' | 'Y3' }
  /** The issuer said so by telephone, with this code. */
  | { readonly kind: 'voice'; readonly approvalCode: string }
  /** The final amount of an authorisation that was answered; with a tip or less than was asked. */
  | { readonly kind: 'completion'; readonly approvalCode: string; readonly original: Original }

type Sale = Omit<CardRequest, 'deferred' | 'pinBlock' | 'securityControl' | 'track2'>

export type CardAdvice = Sale & { readonly advised: Advised }

export type ReceivedCardAdvice = Omit<
  ReceivedCardRequest,
  'deferred' | 'pinBlock' | 'securityControl' | 'track2'
> & { readonly advised: Advised<ReceivedOriginalReference> }

export type AdviceAnswer = {
  readonly stan: string
  readonly rrn: string
  readonly terminalId: string
  readonly saleLocalTime: SaleLocalTime
  readonly responseCode: string
  /** MMDD of the host's business day, where the host captures. */
  readonly settlementDate?: string
}

const ANSWER_FIELDS = [11, 12, 13, 37, 39, 41] as const

export function writeAdvice(profile: WireProfile, advice: CardAdvice): Fields {
  const { advised } = advice
  return {
    ...writeRequest(profile, { ...advice, deferred: false }),
    ...(advised.kind === 'card_approved'
      ? { 39: advised.responseCode }
      : { 38: padded(advised.approvalCode, 6), 39: '00' }),
    ...(advised.kind === 'completion' ? { 90: writeOriginal(advised.original) } : {}),
  }
}

export function readAdvice(
  profile: WireProfile,
  fields: Fields,
  repeat: boolean,
): Parsed<ReceivedCardAdvice> {
  const sale = readRequest(profile, fields, repeat)
  if (!sale.ok) return sale
  const { deferred, track2: _track2, pinBlock: _pinBlock, securityControl: _control, ...rest } = sale.value
  // Either it is told or it is asked: the mark of a sale that waits for the issuer's answer contradicts an advice.
  if (deferred) return { ok: false, code: 'bad_field', field: profile.deferredMark.field }
  const advised = readAdvised(fields)
  return advised.ok ? { ok: true, value: { ...rest, advised: advised.value } } : advised
}

export function writeAdviceAnswer(answer: AdviceAnswer): Fields {
  const { settlementDate } = answer
  return {
    11: answer.stan,
    12: answer.saleLocalTime.hhmmss,
    13: answer.saleLocalTime.MMDD,
    ...(settlementDate === undefined ? {} : { 15: settlementDate }),
    37: answer.rrn,
    39: answer.responseCode,
    41: padded(answer.terminalId, 8),
  }
}

export function readAdviceAnswer(fields: Fields): Parsed<AdviceAnswer> {
  if (!hasFields(fields, ANSWER_FIELDS)) return missingField(fields, ANSWER_FIELDS)
  return {
    ok: true,
    value: {
      stan: fields[11],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      responseCode: fields[39],
      ...(fields[15] === undefined ? {} : { settlementDate: fields[15] }),
    },
  }
}

function readAdvised(fields: Fields): Parsed<Advised<ReceivedOriginalReference>> {
  const { 38: code, 39: responseCode, 90: original } = fields
  if (responseCode === undefined) return { ok: false, code: 'missing_field', field: 39 }
  if (responseCode === 'Y1' || responseCode === 'Y3') {
    return { ok: true, value: { kind: 'card_approved', responseCode } }
  }
  if (responseCode !== '00') return { ok: false, code: 'bad_field', field: 39 }
  if (code === undefined) return { ok: false, code: 'missing_field', field: 38 }
  const approvalCode = unpadded(code)
  const value: Advised<ReceivedOriginalReference> =
    original === undefined
      ? { kind: 'voice', approvalCode }
      : { kind: 'completion', approvalCode, original: readOriginal(original) }
  return { ok: true, value }
}
