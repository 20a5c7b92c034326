import { writeRequest } from './card-request.ts'
import {
  type KeptCardRequest,
  readKeptCardRequest,
  type ReceivedKeptCardRequest,
} from './kept-card-request.ts'
import type { Iso8583Message, Parsed } from './message.ts'
import { isRefund, PROCESSING_CODES } from './processing-code.ts'
import type { WireProfile } from './profile.ts'
import { readNamedSale, writeNamedSale } from './named-sale.ts'

/**
 * Money back to a card, by a number that was kept and not read: nothing of a chip, a track or a PIN. It has an RRN of its
 * own, for one sale may be refunded in parts, and names that of its sale beside it (DE62).
 */
export type RefundRequest = KeptCardRequest & {
  /** Absent: a refund without its sale. */
  readonly saleRrn?: string
}

export type ReceivedRefundRequest = ReceivedKeptCardRequest & Pick<RefundRequest, 'saleRrn'>

/** 0200, or 0201 when it is asked again, with processing code 20: a refund that the host pays by approving it. */
export function buildRefundRequest(profile: WireProfile, request: RefundRequest): Iso8583Message {
  const { saleRrn, ...sale } = request
  const asked = { ...sale, processingCode: PROCESSING_CODES.refund, deferred: false }
  return {
    mti: request.repeat ? '0201' : '0200',
    fields: { ...writeRequest(profile, asked), ...writeNamedSale(saleRrn) },
  }
}

export function parseRefundRequest({ mti, fields }: Iso8583Message): Parsed<ReceivedRefundRequest> {
  if (mti !== '0200' && mti !== '0201') return { ok: false, code: 'wrong_message' }
  const sale = readKeptCardRequest(fields, mti === '0201')
  if (!sale.ok) return sale
  if (!isRefund(fields)) return { ok: false, code: 'wrong_message' }
  const saleRrn = readNamedSale(fields)
  if (!saleRrn.ok) return saleRrn
  return {
    ok: true,
    value: { ...sale.value, ...(saleRrn.value === undefined ? {} : { saleRrn: saleRrn.value }) },
  }
}
