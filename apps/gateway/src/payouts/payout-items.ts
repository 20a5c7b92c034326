import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { csvLine } from '../text/csv-line.ts'
import { isoOf } from '../text/iso-of.ts'
import { amountText } from '../text/amount-text.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { Payout, PayoutKey } from './payout.ts'

/** One balance transaction of a payout, with the payment it comes from. */
export interface PayoutItem {
  readonly txn: string
  readonly reporting_category: string
  readonly source: string
  readonly payment: string | null
  /** The shop's own reference of the sale. */
  readonly reference: string | null
  readonly location: string | null
  /** ISO 8601, UTC. */
  readonly at: string
  readonly amount_minor: number
  readonly fee_minor: number
  readonly net_minor: number
  readonly currency: Currency
}

/** Totals of a payout as merchants read them (ST16): net = gross + refunds + disputes + other − fees. */
export interface PayoutTotals {
  readonly grossMinor: number
  /** Negative or zero. */
  readonly refundsMinor: number
  readonly disputesMinor: number
  /** Earlier payouts that came back, or that were of a named amount. */
  readonly otherMinor: number
  readonly feesMinor: number
  readonly netMinor: number
}

/** ST16: exactly what a payout is made of, oldest first. */
export async function listPayoutItems(
  db: Pool | Tx,
  { account, mode, payoutId }: PayoutKey,
): Promise<readonly PayoutItem[]> {
  const { rows } = await db.query<PayoutItem>({
    text: `select b.txn, b.reporting_category, b.source, b.payment, p.reference, p.location, ${isoOf('b.created_ms')} as at,
        b.amount_minor, b.fee_minor, b.net_minor, b.currency
      from payout_items i
      join balance_transactions b using (account, txn)
      left join payments p on p.account = b.account and p.payment = b.payment
      where i.account = $1 and i.payout = $2 and b.mode = $3
      order by b.created_ms, b.txn`,
    values: [account, payoutId, mode],
    types: numericTypes,
  })
  return rows
}

export function payoutTotals(items: readonly PayoutItem[]): PayoutTotals {
  const sumOf = (categories: readonly string[] | null, name: 'amount_minor' | 'fee_minor' | 'net_minor') =>
    items
      .filter((item) => categories === null || categories.includes(item.reporting_category))
      .reduce((sum, item) => sum + item[name], 0)
  return {
    grossMinor: sumOf(['charge'], 'amount_minor'),
    refundsMinor: sumOf(['refund', 'refund_failure'], 'amount_minor'),
    disputesMinor: sumOf(['dispute', 'dispute_reversal'], 'amount_minor'),
    otherMinor: sumOf(['payout', 'payout_reversal'], 'amount_minor'),
    feesMinor: sumOf(null, 'fee_minor'),
    netMinor: sumOf(null, 'net_minor'),
  }
}

const CSV_HEADER = [
  'at_utc',
  'what',
  'payment',
  'source',
  'reference',
  'location',
  'amount',
  'fee',
  'net',
  'currency',
]

/** A statement for an accountant: one row per balance transaction and a last one with the sums. */
export function payoutCsv(payout: Payout, items: readonly PayoutItem[]): string {
  const { feesMinor, netMinor } = payoutTotals(items)
  const { currency } = payout
  const decimal = (minor: number) => amountText(String(minor), currency).split(' ')[0] ?? ''
  const rows = items.map((item) => [
    item.at,
    item.reporting_category,
    item.payment,
    item.source,
    item.reference,
    item.location,
    decimal(item.amount_minor),
    decimal(item.fee_minor),
    decimal(item.net_minor),
    currency,
  ])
  const sums = [decimal(netMinor + feesMinor), decimal(feesMinor), decimal(netMinor), currency]
  const total = [null, 'total', null, payout.payoutId, null, null, ...sums]
  return [CSV_HEADER, ...rows, total].map(csvLine).join('')
}
