import { amountField, padded, unpadded } from './field-text.ts'
import { type Fields, hasFields, type Iso8583Message, missingField, type Parsed } from './message.ts'
import {
  type OriginalReference,
  readOriginal,
  type ReceivedOriginalReference,
  writeOriginal,
} from './original-data.ts'
import type { SaleLocalTime } from './sale-time.ts'
import { transmissionTime } from './transmission-time.ts'

/** DE39 of a reversal: 17 customer, 22 malfunction, 32 partial, 68 the answer came late or never. */
export type ReversalReason = '17' | '22' | '32' | '68'

/** Whether the host takes a reversal as a request (0400) or as an advice (0420); the profile says so. */
export type ReversalForm = 'request' | 'advice'

/**
 * 0400 or 0420, or 0401 or 0421 until it is answered. `saleLocalTime`, `rrn`, `amountMinor` and the ids are the original's;
 * `stan` and `transmittedAtMs` are the reversal's own and stay the same in its repeats.
 */
export type ReversalAdvice = {
  /** `request` where left out. */
  readonly form?: ReversalForm
  readonly repeat: boolean
  /** Absent once the gateway no longer holds the card: the host finds the original without it. */
  readonly pan?: string
  readonly processingCode: string
  /** The original amount, minor units. */
  readonly amountMinor: number
  readonly currencyNumeric: string
  /** When this reversal was first sent, milliseconds since 1970 UTC. */
  readonly transmittedAtMs: number
  readonly stan: string
  readonly saleLocalTime: SaleLocalTime
  readonly acquirerId: string
  readonly rrn: string
  readonly terminalId: string
  readonly merchantId: string
  readonly approvalCode?: string
  readonly reason: ReversalReason
  readonly original: OriginalReference
  /** Partial reversal: what remains of the amount. Absent: the whole is reversed. */
  readonly replacementAmountMinor?: number
  readonly emv?: Uint8Array
}

export type ReceivedReversalAdvice = Omit<ReversalAdvice, 'form' | 'transmittedAtMs' | 'original'> & {
  readonly form: ReversalForm
  readonly transmissionTime: string
  readonly original: ReceivedOriginalReference
}

export type ReversalAnswer = {
  /** Of the reversal that is answered; `request` where left out. */
  readonly form?: ReversalForm
  readonly stan: string
  readonly rrn: string
  readonly terminalId: string
  readonly saleLocalTime: SaleLocalTime
  readonly responseCode: string
}

const ADVICE_FIELDS = [3, 4, 7, 11, 12, 13, 32, 37, 39, 41, 42, 49, 90] as const
const ANSWER_FIELDS = [11, 12, 13, 37, 39, 41] as const
const REASONS: readonly ReversalReason[] = ['17', '22', '32', '68']

/** A host that never saw the original answers 25: nothing is left to undo, so the reversal is closed too. */
export function closesReversal(responseCode: string): boolean {
  return responseCode === '00' || responseCode === '25'
}

export function buildReversalAdvice(advice: ReversalAdvice): Iso8583Message {
  const { pan, approvalCode, replacementAmountMinor, emv, original } = advice
  const fields: Fields = {
    ...(pan === undefined ? {} : { 2: pan }),
    3: advice.processingCode,
    4: amountField(advice.amountMinor),
    7: transmissionTime(advice.transmittedAtMs),
    11: advice.stan,
    12: advice.saleLocalTime.hhmmss,
    13: advice.saleLocalTime.MMDD,
    32: advice.acquirerId,
    37: advice.rrn,
    ...(approvalCode === undefined ? {} : { 38: approvalCode }),
    39: advice.reason,
    41: padded(advice.terminalId, 8),
    42: padded(advice.merchantId, 15),
    49: advice.currencyNumeric,
    ...(emv === undefined ? {} : { 55: emv }),
    90: writeOriginal(original),
    ...(replacementAmountMinor === undefined
      ? {}
      : { 95: amountField(replacementAmountMinor).padEnd(42, '0') }),
  }
  const family = advice.form === 'advice' ? '042' : '040'
  return { mti: `${family}${advice.repeat ? '1' : '0'}`, fields }
}

export function parseReversalAdvice(message: Iso8583Message): Parsed<ReceivedReversalAdvice> {
  const { mti, fields } = message
  if (!/^04[02][01]$/.test(mti)) return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, ADVICE_FIELDS)) return missingField(fields, ADVICE_FIELDS)
  const reason = REASONS.find((known) => known === fields[39])
  if (reason === undefined) return { ok: false, code: 'bad_field', field: 39 }
  const replacement = fields[95]
  if (replacement !== undefined && !/^[0-9]{42}$/.test(replacement)) {
    return { ok: false, code: 'bad_field', field: 95 }
  }
  return {
    ok: true,
    value: {
      form: mti.startsWith('042') ? 'advice' : 'request',
      repeat: mti.endsWith('1'),
      ...(fields[2] === undefined ? {} : { pan: fields[2] }),
      processingCode: fields[3],
      amountMinor: Number(fields[4]),
      currencyNumeric: fields[49],
      transmissionTime: fields[7],
      stan: fields[11],
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      acquirerId: fields[32],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      merchantId: unpadded(fields[42]),
      ...(fields[38] === undefined ? {} : { approvalCode: fields[38] }),
      reason,
      original: readOriginal(fields[90]),
      ...(replacement === undefined ? {} : { replacementAmountMinor: Number(replacement.slice(0, 12)) }),
      ...(fields[55] === undefined ? {} : { emv: fields[55] }),
    },
  }
}

/** 0410 or 0430, for the first message and its repeats alike. */
export function buildReversalAnswer(answer: ReversalAnswer): Iso8583Message {
  const fields: Fields = {
    11: answer.stan,
    12: answer.saleLocalTime.hhmmss,
    13: answer.saleLocalTime.MMDD,
    37: answer.rrn,
    39: answer.responseCode,
    41: padded(answer.terminalId, 8),
  }
  return { mti: answer.form === 'advice' ? '0430' : '0410', fields }
}

export function parseReversalAnswer(message: Iso8583Message): Parsed<ReversalAnswer> {
  const { mti, fields } = message
  if (mti !== '0410' && mti !== '0430') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, ANSWER_FIELDS)) return missingField(fields, ANSWER_FIELDS)
  return {
    ok: true,
    value: {
      ...(mti === '0430' ? { form: 'advice' } : {}),
      stan: fields[11],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      responseCode: fields[39],
    },
  }
}
