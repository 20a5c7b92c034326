import type { Pool } from 'pg'
import { insertPayments } from './many-payments.ts'
import { postedCapture, SALE_MS } from './money-shop.ts'
import { ACCOUNT, LINK, LOCATION, sampleId } from './sample-rows.ts'

/** So many payments from `first` on, each of as many cents, captured and accepted by the acquirer in one closed batch. */
export async function closedBatch(
  pool: Pool,
  { number = '000001', first, count }: { number?: string; first: number; count: number },
): Promise<string> {
  await insertPayments(pool, { first, count })
  const batch = sampleId('bat', first)
  const last = first + count - 1
  await pool.query(
    `insert into batches (account, batch, mode, link, terminal_id, location, currency, number, state, opened_ms,
       cut_off_ms, closing_ms, debits, debits_minor, credits, credits_minor, closed_ms)
     values ($1, $2, 'test', $3, 'HF000001', $4, 'eur', $5, 'closed', $6, $6, $6, $7, $8, 0, 0, $6)`,
    [ACCOUNT, batch, LINK, LOCATION, number, SALE_MS, count, ((first + last) * count) / 2],
  )
  const payments = Array.from({ length: count }, (_, index) => first + index)
  for (const n of payments) {
    const capture = sampleId('cap', n)
    await pool.query(
      `insert into captures (account, capture, payment, mode, charge, method, currency, authorised_minor, limit_minor,
         amount_minor, tip_minor, state, created_ms, presented_ms)
       values ($1, $2, $3, 'test', $4, 'automatic', 'eur', $5, $5, $5, 0, 'presented', $6, $6)`,
      [ACCOUNT, capture, sampleId('pi', n), sampleId('ch', n), n, SALE_MS],
    )
    await pool.query(
      `insert into presentments (account, presentment, mode, subject_kind, subject, payment, link, terminal_id, currency,
         amount_minor, message, state, stan, transmitted_ms, send_before_ms, repeats, response_code, accepted_ms, batch,
         created_ms)
       values ($1, $2, 'test', 'capture', $3, $4, $5, 'HF000001', 'eur', $6, 'sale', 'accepted', $7, $8, $8, 0, '00', $8,
         $9, $8)`,
      [ACCOUNT, sampleId('prs', n), capture, sampleId('pi', n), LINK, n, stanOf(n), SALE_MS, batch],
    )
    await postedCapture(pool, n, { grossMinor: n })
  }
  return batch
}

export function stanOf(n: number): string {
  return String(n).padStart(6, '0')
}

export function rrnOf(n: number): string {
  return String(n).padStart(12, '0')
}
