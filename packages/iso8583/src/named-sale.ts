import type { Fields, Parsed } from './message.ts'

/** Private field in which a refund, or more that is held, names the RRN of its sale: it has one of its own. */
const SALE_RRN_FIELD = 62

export function writeNamedSale(saleRrn: string | undefined): Fields {
  return saleRrn === undefined ? {} : { [SALE_RRN_FIELD]: saleRrn }
}

/** Undefined: none is named. */
export function readNamedSale(fields: Fields): Parsed<string | undefined> {
  const saleRrn = fields[SALE_RRN_FIELD]
  return saleRrn === undefined || /^[0-9A-Za-z]{12}$/.test(saleRrn)
    ? { ok: true, value: saleRrn }
    : { ok: false, code: 'bad_field', field: SALE_RRN_FIELD }
}
