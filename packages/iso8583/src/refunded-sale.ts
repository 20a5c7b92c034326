import type { Fields, Parsed } from './message.ts'

/** Private field in which a refund names the RRN of the sale that it gives money of back. */
const SALE_RRN_FIELD = 62

export function writeRefundedSale(saleRrn: string | undefined): Fields {
  return saleRrn === undefined ? {} : { [SALE_RRN_FIELD]: saleRrn }
}

/** Undefined: a refund without its sale. */
export function readRefundedSale(fields: Fields): Parsed<string | undefined> {
  const saleRrn = fields[SALE_RRN_FIELD]
  return saleRrn === undefined || /^[0-9A-Za-z]{12}$/.test(saleRrn)
    ? { ok: true, value: saleRrn }
    : { ok: false, code: 'bad_field', field: SALE_RRN_FIELD }
}
