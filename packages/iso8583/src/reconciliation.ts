import { padded, unpadded } from './field-text.ts'
import { type Fields, hasFields, type Iso8583Message, missingField, type Parsed } from './message.ts'
import type { SaleLocalTime } from './sale-time.ts'
import { transmissionTime } from './transmission-time.ts'

/** Counts and minor units of one batch in one currency. Debits are sales, credits refunds. */
export type BatchTotals = {
  readonly credits: number
  readonly creditsMinor: number
  readonly reversedCredits: number
  readonly reversedCreditsMinor: number
  readonly debits: number
  readonly debitsMinor: number
  readonly reversedDebits: number
  readonly reversedDebitsMinor: number
}

/** 0500, or 0501: what a terminal group thinks the host holds of its batch. */
export type ReconciliationRequest = {
  readonly repeat: boolean
  readonly transmittedAtMs: number
  readonly stan: string
  readonly localTime: SaleLocalTime
  /** MMDD */
  readonly settlementDate: string
  readonly acquirerId: string
  readonly terminalId: string
  readonly merchantId: string
  readonly currencyNumeric: string
  /** DE60, six digits. */
  readonly batchNumber: string
  readonly totals: BatchTotals
}

export type ReceivedReconciliationRequest = Omit<ReconciliationRequest, 'transmittedAtMs'> & {
  readonly transmissionTime: string
}

/** 0510. Out of balance (DE39 95) asks for the upload of every sale of the batch by 0320. */
export type ReconciliationAnswer = {
  readonly stan: string
  readonly localTime: SaleLocalTime
  readonly terminalId: string
  readonly responseCode: string
  /** What the host holds, where it says so. */
  readonly totals?: BatchTotals
}

const REQUEST_FIELDS = [7, 11, 12, 13, 15, 32, 41, 42, 49, 60, 97] as const
const ANSWER_FIELDS = [11, 12, 13, 39, 41, 66] as const
const TOTAL_FIELDS = [74, 75, 76, 77, 86, 87, 88, 89] as const

export function isInBalance(answer: ReconciliationAnswer): boolean {
  return answer.responseCode === '00'
}

export function buildReconciliationRequest(request: ReconciliationRequest): Iso8583Message {
  const fields: Fields = {
    7: transmissionTime(request.transmittedAtMs),
    11: request.stan,
    12: request.localTime.hhmmss,
    13: request.localTime.MMDD,
    15: request.settlementDate,
    32: request.acquirerId,
    41: padded(request.terminalId, 8),
    42: padded(request.merchantId, 15),
    49: request.currencyNumeric,
    60: request.batchNumber,
    ...writeTotals(request.totals),
    97: netOf(request.totals),
  }
  return { mti: request.repeat ? '0501' : '0500', fields }
}

export function parseReconciliationRequest({
  mti,
  fields,
}: Iso8583Message): Parsed<ReceivedReconciliationRequest> {
  if (mti !== '0500' && mti !== '0501') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, REQUEST_FIELDS)) return missingField(fields, REQUEST_FIELDS)
  if (!hasFields(fields, TOTAL_FIELDS)) return missingField(fields, TOTAL_FIELDS)
  const totals = readTotals(fields)
  if (fields[97] !== netOf(totals)) return { ok: false, code: 'bad_field', field: 97 }
  return {
    ok: true,
    value: {
      repeat: mti === '0501',
      transmissionTime: fields[7],
      stan: fields[11],
      localTime: { MMDD: fields[13], hhmmss: fields[12] },
      settlementDate: fields[15],
      acquirerId: fields[32],
      terminalId: unpadded(fields[41]),
      merchantId: unpadded(fields[42]),
      currencyNumeric: fields[49],
      batchNumber: fields[60],
      totals,
    },
  }
}

export function buildReconciliationAnswer(answer: ReconciliationAnswer): Iso8583Message {
  const fields: Fields = {
    11: answer.stan,
    12: answer.localTime.hhmmss,
    13: answer.localTime.MMDD,
    39: answer.responseCode,
    41: padded(answer.terminalId, 8),
    66: isInBalance(answer) ? '1' : '2',
    ...(answer.totals === undefined ? {} : writeTotals(answer.totals)),
  }
  return { mti: '0510', fields }
}

export function parseReconciliationAnswer({ mti, fields }: Iso8583Message): Parsed<ReconciliationAnswer> {
  if (mti !== '0510') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, ANSWER_FIELDS)) return missingField(fields, ANSWER_FIELDS)
  const value: ReconciliationAnswer = {
    stan: fields[11],
    localTime: { MMDD: fields[13], hhmmss: fields[12] },
    terminalId: unpadded(fields[41]),
    responseCode: fields[39],
    ...(hasFields(fields, TOTAL_FIELDS) ? { totals: readTotals(fields) } : {}),
  }
  // An answer that says both "in balance" and "out of balance" is believed in neither.
  if ((fields[66] === '1') !== isInBalance(value)) return { ok: false, code: 'bad_field', field: 66 }
  return { ok: true, value }
}

function writeTotals(totals: BatchTotals): Fields {
  return {
    74: count(totals.credits),
    75: count(totals.reversedCredits),
    76: count(totals.debits),
    77: count(totals.reversedDebits),
    86: amount(totals.creditsMinor),
    87: amount(totals.reversedCreditsMinor),
    88: amount(totals.debitsMinor),
    89: amount(totals.reversedDebitsMinor),
  }
}

function readTotals(fields: Required<Pick<Fields, (typeof TOTAL_FIELDS)[number]>>): BatchTotals {
  return {
    credits: Number(fields[74]),
    creditsMinor: Number(fields[86]),
    reversedCredits: Number(fields[75]),
    reversedCreditsMinor: Number(fields[87]),
    debits: Number(fields[76]),
    debitsMinor: Number(fields[88]),
    reversedDebits: Number(fields[77]),
    reversedDebitsMinor: Number(fields[89]),
  }
}

/** DE97: what the merchant is owed (C) or owes (D). */
function netOf(totals: BatchTotals): string {
  const debitsMinor = totals.debitsMinor - totals.reversedDebitsMinor
  const creditsMinor = totals.creditsMinor - totals.reversedCreditsMinor
  const netMinor = debitsMinor - creditsMinor
  return `${netMinor < 0 ? 'D' : 'C'}${amount(Math.abs(netMinor))}`
}

function count(value: number): string {
  return String(value).padStart(10, '0')
}

function amount(valueMinor: number): string {
  return String(valueMinor).padStart(16, '0')
}
