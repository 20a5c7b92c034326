import type { SearchFields } from '../database/search.ts'

/** What is searched of payments and of their charges alike, over rows `s`. */
export const sharedSearchFields: SearchFields = {
  amount: { kind: 'number', sql: 's.amount_minor' },
  created: { kind: 'moment', sqlMs: 's.at_ms' },
  currency: { kind: 'token', sql: 's.currency' },
  customer: { kind: 'token', sql: 's.customer' },
  metadata: { kind: 'json', sql: 's.metadata' },
  'payment_method_details.card_present.last4': { kind: 'token', sql: 's.last4' },
  'payment_method_details.card_present.brand': { kind: 'token', sql: 's.brand' },
  'payment_method_details.card_present.exp_month': { kind: 'number', sql: 's.exp_month' },
  'payment_method_details.card_present.exp_year': { kind: 'number', sql: 's.exp_year' },
  'payment_method_details.card_present.fingerprint': { kind: 'token', sql: 's.fingerprint' },
  'offline.kind': { kind: 'token', sql: 's.word_kind' },
  'offline.stored_at': { kind: 'moment', sqlMs: 's.stored_ms' },
  'offline.device': { kind: 'token', sql: 's.device' },
  location: { kind: 'token', sql: 's.location' },
  reader: { kind: 'token', sql: 's.reader' },
}

/** What a device says of its sale, a payment `p`, under what the merchant says in `notes`, an expression that may be null. */
export function metadataUnder(notes: string): string {
  return `(jsonb_strip_nulls(jsonb_build_object('sale', p.sale, 'reference', p.reference, 'operator', p.operator))
    || coalesce(${notes}, '{}'))`
}
