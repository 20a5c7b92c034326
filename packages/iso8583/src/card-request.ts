import { type AccountBalance, readBalances, writeBalances } from './additional-amounts.ts'
import { amountField, padded, unpadded } from './field-text.ts'
import { type Fields, hasFields, missingField, type Parsed } from './message.ts'
import type { WireProfile } from './profile.ts'
import type { SaleLocalTime } from './sale-time.ts'
import { transmissionTime } from './transmission-time.ts'

/**
 * A sale as it is asked, by 0100 and 0200 alike. A repeat must be built from the very values of the original
 * (also `transmittedAtMs`): the host finds the original by them and they differ in nothing but the MTI.
 */
export type CardRequest = {
  readonly repeat: boolean
  readonly pan: string
  /** YYMM */
  readonly expiry: string
  /** Digits with `=` or `D` between PAN and expiry. */
  readonly track2?: string
  /** Six digits; 000000 is a purchase. */
  readonly processingCode: string
  readonly amountMinor: number
  /** Three digits of ISO 4217. */
  readonly currencyNumeric: string
  /** When the original was first sent, milliseconds since 1970 UTC. */
  readonly transmittedAtMs: number
  /** Six digits. */
  readonly stan: string
  readonly saleLocalTime: SaleLocalTime
  /** Three digits: 051 contact, 071 contactless. */
  readonly posEntryMode: string
  /** Three digits. */
  readonly panSequence?: string
  readonly acquirerId: string
  /** Twelve characters. */
  readonly rrn: string
  /** At most eight characters. */
  readonly terminalId: string
  /** At most fifteen characters. */
  readonly merchantId: string
  /** Four digits. */
  readonly mcc: string
  /** DE52, enciphered. */
  readonly pinBlock?: Uint8Array
  /** DE53, sixteen digits: how the PIN block is enciphered. */
  readonly securityControl?: string
  /** DE55, BER-TLV. */
  readonly emv?: Uint8Array
  /** The sale was stored and is sent later: the issuer may tolerate an old ATC, the merchant carries the risk. */
  readonly deferred: boolean
}

/** What a host reads: the wire has no year, so the time of transmission stays MMDDhhmmss. */
export type ReceivedCardRequest = Omit<CardRequest, 'transmittedAtMs'> & { readonly transmissionTime: string }

export type CardAnswer = {
  readonly stan: string
  readonly rrn: string
  readonly terminalId: string
  readonly saleLocalTime: SaleLocalTime
  readonly responseCode: string
  readonly approvalCode?: string
  /** What the issuer approved; less than was asked in a partial approval. */
  readonly amountMinor: number
  /** MMDD of the host's business day, where the host captures. */
  readonly settlementDate?: string
  /** DE54; never empty. */
  readonly balances?: readonly AccountBalance[]
  readonly emv?: Uint8Array
}

const REQUEST_FIELDS = [2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 32, 37, 41, 42, 49] as const
const ANSWER_FIELDS = [4, 11, 12, 13, 37, 39, 41] as const

export function writeRequest(profile: WireProfile, request: CardRequest): Fields {
  const { panSequence, track2, pinBlock, securityControl, emv } = request
  const { deferredMark } = profile
  return {
    2: request.pan,
    3: request.processingCode,
    4: amountField(request.amountMinor),
    7: transmissionTime(request.transmittedAtMs),
    11: request.stan,
    12: request.saleLocalTime.hhmmss,
    13: request.saleLocalTime.MMDD,
    14: request.expiry,
    18: request.mcc,
    22: request.posEntryMode,
    ...(panSequence === undefined ? {} : { 23: panSequence }),
    25: '00',
    32: request.acquirerId,
    ...(track2 === undefined ? {} : { 35: track2.replace('D', '=') }),
    37: request.rrn,
    41: padded(request.terminalId, 8),
    42: padded(request.merchantId, 15),
    49: request.currencyNumeric,
    ...(pinBlock === undefined ? {} : { 52: pinBlock }),
    ...(securityControl === undefined ? {} : { 53: securityControl }),
    ...(emv === undefined ? {} : { 55: emv }),
    ...(request.deferred ? { [deferredMark.field]: deferredMark.value } : {}),
  }
}

export function readRequest(
  profile: WireProfile,
  fields: Fields,
  repeat: boolean,
): Parsed<ReceivedCardRequest> {
  const sale = readSale(fields, repeat)
  if (!sale.ok) return sale
  const { deferredMark, incrementMark } = profile
  // It is no sale of its own.
  if (incrementMark !== undefined && fields[incrementMark.field] === incrementMark.value) {
    return { ok: false, code: 'wrong_message' }
  }
  const mark = fields[deferredMark.field]
  if (mark !== undefined && mark !== deferredMark.value) {
    return { ok: false, code: 'bad_field', field: deferredMark.field }
  }
  return { ok: true, value: { ...sale.value, deferred: mark !== undefined } }
}

/** Whatever the private fields say. */
export function readSale(fields: Fields, repeat: boolean): Parsed<Omit<ReceivedCardRequest, 'deferred'>> {
  if (!hasFields(fields, REQUEST_FIELDS)) return missingField(fields, REQUEST_FIELDS)
  return {
    ok: true,
    value: {
      repeat,
      pan: fields[2],
      expiry: fields[14],
      ...(fields[35] === undefined ? {} : { track2: fields[35] }),
      processingCode: fields[3],
      amountMinor: Number(fields[4]),
      currencyNumeric: fields[49],
      transmissionTime: fields[7],
      stan: fields[11],
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      posEntryMode: fields[22],
      ...(fields[23] === undefined ? {} : { panSequence: fields[23] }),
      acquirerId: fields[32],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      merchantId: unpadded(fields[42]),
      mcc: fields[18],
      ...(fields[52] === undefined ? {} : { pinBlock: fields[52] }),
      ...(fields[53] === undefined ? {} : { securityControl: fields[53] }),
      ...(fields[55] === undefined ? {} : { emv: fields[55] }),
    },
  }
}

export function writeAnswer(answer: CardAnswer): Fields {
  const { approvalCode, settlementDate, balances, emv } = answer
  return {
    4: amountField(answer.amountMinor),
    11: answer.stan,
    12: answer.saleLocalTime.hhmmss,
    13: answer.saleLocalTime.MMDD,
    ...(settlementDate === undefined ? {} : { 15: settlementDate }),
    37: answer.rrn,
    ...(approvalCode === undefined ? {} : { 38: approvalCode }),
    39: answer.responseCode,
    41: padded(answer.terminalId, 8),
    ...(balances === undefined ? {} : { 54: writeBalances(balances) }),
    ...(emv === undefined ? {} : { 55: emv }),
  }
}

/** DE54 that cannot be read is left out: it says nothing about whether the sale was approved. */
export function readAnswer(fields: Fields): Parsed<CardAnswer> {
  if (!hasFields(fields, ANSWER_FIELDS)) return missingField(fields, ANSWER_FIELDS)
  const balances = fields[54] === undefined ? undefined : readBalances(fields[54])
  return {
    ok: true,
    value: {
      stan: fields[11],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      responseCode: fields[39],
      ...(fields[38] === undefined ? {} : { approvalCode: fields[38] }),
      amountMinor: Number(fields[4]),
      ...(fields[15] === undefined ? {} : { settlementDate: fields[15] }),
      ...(balances === undefined || balances.length === 0 ? {} : { balances }),
      ...(fields[55] === undefined ? {} : { emv: fields[55] }),
    },
  }
}
