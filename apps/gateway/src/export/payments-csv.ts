import { currencyExponent, isCurrency } from '@holdfast/core'
import { csvLine } from '../text/csv-line.ts'
import { isoOf } from '../text/iso-of.ts'

/** A spreadsheet's columns, for an accountant: one row per payment. */
export const csvHeader = [
  'payment',
  'mode',
  'sold_at_utc',
  'status',
  'amount',
  'currency',
  'amount_minor',
  'approved',
  'approved_minor',
  'location',
  'location_name',
  'device',
  'device_name',
  'sale',
  'reference',
  'operator',
  'taken_offline',
  'offline_kind',
  'card_brand',
  'card_last4',
  'approval_code',
  'response_code',
  'rrn',
  'charge',
  'needs_attention',
]

/** $1 account. In the order of the header, but without `amount` and `approved`, which `csvRow` makes. The attempt is the one that counts. */
export const CSV_ROWS = `
  select p.payment, p.mode, ${isoOf('p.opened_ms')}, p.status, p.currency, p.amount_minor::text,
    case when a.state = 'approved'
      then (coalesce(a.approved_minor, p.amount_minor) + coalesce(p.incremented_minor, 0))::text end, p.location, l.name,
    p.device, d.name, p.sale, p.reference, p.operator, (p.stored_ms is not null)::text, p.word_kind, a.brand, a.last4,
    a.approval_code, a.response_code, a.rrn, a.charge, p.attention
  from payments p
  join devices d on d.account = p.account and d.device = p.device
  left join locations l on l.account = p.account and l.location = p.location
  left join lateral (
    select state, approved_minor, brand, last4, approval_code, response_code, rrn, charge from attempts a
    where a.account = p.account and a.payment = p.payment
    order by a.wanted desc, (a.attempt = p.word_attempt) desc nulls last, a.number desc limit 1
  ) a on true
  where p.account = $1 order by p.opened_ms, p.payment`

const CURRENCY_AT = 4

export function csvRow(row: readonly (string | null)[]): string {
  const [currency, asked, approved] = row.slice(CURRENCY_AT)
  const inDecimals = (minor: string | null | undefined): string | null =>
    decimalOf(minor ?? null, currency ?? '')
  return csvLine([
    ...row.slice(0, CURRENCY_AT),
    inDecimals(asked),
    currency ?? null,
    asked ?? null,
    inDecimals(approved),
    ...row.slice(CURRENCY_AT + 2),
  ])
}

/** 1234 of a currency with two decimals is 12.34; all in text, so that no amount is rounded. */
function decimalOf(minor: string | null, currency: string): string | null {
  if (minor === null || !isCurrency(currency)) return null
  const exponent = currencyExponent(currency)
  if (exponent === 0) return minor
  const digits = minor.padStart(exponent + 1, '0')
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
