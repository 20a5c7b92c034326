import { type Currency, must, type PayoutState } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface Payout {
  readonly account: string
  readonly payoutId: string
  readonly mode: Mode
  readonly currency: Currency
  readonly amountMinor: number
  /** `acquirer`: paid by the acquirer, and matched with its file. */
  readonly payer: 'own' | 'acquirer'
  readonly automatic: boolean
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly bank: BankAccount | null
  readonly state: PayoutState
  /** The pain.001 file that it went out with. */
  readonly file: string | null
  readonly arrivalMs: number
  readonly createdMs: number
}

export interface BankAccount {
  readonly holder: string
  readonly iban: string
  readonly bic: string | null
}

export interface PayoutKey {
  readonly account: string
  readonly mode: Mode
  readonly payoutId: string
}

/** Null when there is none in this account and mode. `lock` holds it until the transaction ends. */
export async function findPayout(
  db: Pool | Tx,
  { account, mode, payoutId }: PayoutKey,
  { lock = false }: { lock?: boolean } = {},
): Promise<Payout | null> {
  const { rows } = await db.query<PayoutRow>({
    text: `select ${PAYOUT_COLUMNS} from payouts where account = $1 and mode = $2 and payout = $3 ${lock ? 'for update' : ''}`,
    values: [account, mode, payoutId],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : payoutOf(rows[0])
}

export interface PayoutRow {
  readonly account: string
  readonly payout: string
  readonly mode: Mode
  readonly currency: Currency
  readonly amount_minor: number
  readonly payer: Payout['payer']
  readonly automatic: boolean
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly holder: string | null
  readonly iban: string | null
  readonly bic: string | null
  readonly status: PayoutState['status']
  readonly sent_ms: number | null
  readonly paid_ms: number | null
  readonly failed_ms: number | null
  readonly failure_code: string | null
  readonly canceled_ms: number | null
  readonly file: string | null
  readonly arrival_ms: number
  readonly created_ms: number
}

export const PAYOUT_COLUMNS = `account, payout, mode, currency, amount_minor, payer, automatic, description, metadata, holder, iban,
  bic, status, sent_ms, paid_ms, failed_ms, failure_code, canceled_ms, file, arrival_ms, created_ms`

export function payoutOf(row: PayoutRow): Payout {
  const { holder, iban, bic } = row
  return {
    account: row.account,
    payoutId: row.payout,
    mode: row.mode,
    currency: row.currency,
    amountMinor: row.amount_minor,
    payer: row.payer,
    automatic: row.automatic,
    description: row.description,
    metadata: row.metadata,
    bank: holder === null || iban === null ? null : { holder, iban, bic },
    state: stateOf(row),
    file: row.file,
    arrivalMs: row.arrival_ms,
    createdMs: row.created_ms,
  }
}

/** The SQL check of the table holds that each status has its columns. */
function stateOf(row: PayoutRow): PayoutState {
  const has = <Value>(value: Value | null): Value => must(value, `${row.status} has its columns`)
  switch (row.status) {
    case 'pending':
      return { status: 'pending' }
    case 'in_transit':
      return { status: 'in_transit', sentMs: has(row.sent_ms) }
    case 'paid':
      return { status: 'paid', sentMs: has(row.sent_ms), paidMs: has(row.paid_ms) }
    case 'failed':
      return {
        status: 'failed',
        sentMs: has(row.sent_ms),
        failedMs: has(row.failed_ms),
        failureCode: has(row.failure_code),
      }
    case 'canceled':
      return { status: 'canceled', canceledMs: has(row.canceled_ms) }
  }
}
