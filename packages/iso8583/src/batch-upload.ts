import { type AdviceAnswer, readAdviceAnswer, writeAdviceAnswer } from './card-advice.ts'
import { amountField, padded, unpadded } from './field-text.ts'
import { type Fields, hasFields, type Iso8583Message, missingField, type Parsed } from './message.ts'
import {
  type OriginalReference,
  readOriginal,
  type ReceivedOriginalReference,
  writeOriginal,
} from './original-data.ts'
import { readNamedSale, writeNamedSale } from './named-sale.ts'
import type { SaleLocalTime } from './sale-time.ts'
import { transmissionTime } from './transmission-time.ts'

/** 0320, or 0321: one sale or refund of a batch, as the terminal group has it. */
export type BatchUpload = {
  readonly repeat: boolean
  readonly pan: string
  /** YYMM */
  readonly expiry: string
  readonly processingCode: string
  readonly amountMinor: number
  readonly currencyNumeric: string
  readonly transmittedAtMs: number
  /** Of the upload; the sale's own is in `original`. */
  readonly stan: string
  readonly saleLocalTime: SaleLocalTime
  readonly posEntryMode: string
  readonly acquirerId: string
  readonly rrn: string
  readonly terminalId: string
  readonly merchantId: string
  readonly approvalCode?: string
  /** DE39 as the sale was answered, or Y1 or Y3. */
  readonly responseCode: string
  /** DE60, six digits. */
  readonly batchNumber: string
  /** Of a refund: the RRN of its sale, where it has one. */
  readonly saleRrn?: string
  /** The message by which the host first hears of it; of what only the batch presents, its first upload. */
  readonly original: OriginalReference
}

export type ReceivedBatchUpload = Omit<BatchUpload, 'transmittedAtMs' | 'original'> & {
  readonly transmissionTime: string
  readonly original: ReceivedOriginalReference
}

const UPLOAD_FIELDS = [2, 3, 4, 7, 11, 12, 13, 14, 22, 32, 37, 39, 41, 42, 49, 60, 90] as const

export function buildBatchUpload(upload: BatchUpload): Iso8583Message {
  const { approvalCode } = upload
  const fields: Fields = {
    2: upload.pan,
    3: upload.processingCode,
    4: amountField(upload.amountMinor),
    7: transmissionTime(upload.transmittedAtMs),
    11: upload.stan,
    12: upload.saleLocalTime.hhmmss,
    13: upload.saleLocalTime.MMDD,
    14: upload.expiry,
    22: upload.posEntryMode,
    32: upload.acquirerId,
    37: upload.rrn,
    ...(approvalCode === undefined ? {} : { 38: padded(approvalCode, 6) }),
    39: upload.responseCode,
    41: padded(upload.terminalId, 8),
    42: padded(upload.merchantId, 15),
    49: upload.currencyNumeric,
    60: upload.batchNumber,
    ...writeNamedSale(upload.saleRrn),
    90: writeOriginal(upload.original),
  }
  return { mti: upload.repeat ? '0321' : '0320', fields }
}

export function parseBatchUpload({ mti, fields }: Iso8583Message): Parsed<ReceivedBatchUpload> {
  if (mti !== '0320' && mti !== '0321') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, UPLOAD_FIELDS)) return missingField(fields, UPLOAD_FIELDS)
  const saleRrn = readNamedSale(fields)
  if (!saleRrn.ok) return saleRrn
  return {
    ok: true,
    value: {
      repeat: mti === '0321',
      pan: fields[2],
      expiry: fields[14],
      processingCode: fields[3],
      amountMinor: Number(fields[4]),
      currencyNumeric: fields[49],
      transmissionTime: fields[7],
      stan: fields[11],
      saleLocalTime: { MMDD: fields[13], hhmmss: fields[12] },
      posEntryMode: fields[22],
      acquirerId: fields[32],
      rrn: fields[37],
      terminalId: unpadded(fields[41]),
      merchantId: unpadded(fields[42]),
      ...(fields[38] === undefined ? {} : { approvalCode: fields[38] }),
      responseCode: fields[39],
      batchNumber: fields[60],
      ...(saleRrn.value === undefined ? {} : { saleRrn: saleRrn.value }),
      original: readOriginal(fields[90]),
    },
  }
}

/** 0330, for 0320 and 0321 alike. */
export function buildBatchUploadAnswer(answer: AdviceAnswer): Iso8583Message {
  return { mti: '0330', fields: writeAdviceAnswer(answer) }
}

export function parseBatchUploadAnswer({ mti, fields }: Iso8583Message): Parsed<AdviceAnswer> {
  return mti === '0330' ? readAdviceAnswer(fields) : { ok: false, code: 'wrong_message' }
}
