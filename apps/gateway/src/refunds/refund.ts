import { type Currency, must, type RefundFailure, type RefundState } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface Refund {
  readonly account: string
  readonly refundId: string
  readonly mode: Mode
  /** Null: without its payment (MC7). */
  readonly paymentId: string | null
  readonly chargeId: string | null
  /** Whose card the money goes to. */
  readonly cardPaymentId: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly reason: RefundReason | null
  readonly requestedBy: 'merchant' | 'device' | 'void'
  readonly operator: string | null
  readonly approver: string | null
  readonly note: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly state: RefundState
  readonly createdMs: number
}

export type RefundReason = 'duplicate' | 'fraudulent' | 'requested_by_customer'

export interface RefundKey {
  readonly account: string
  readonly mode: Mode
  readonly refundId: string
}

/** Null when there is none in this account and mode. `lock` holds it until the transaction ends. */
export async function findRefund(
  db: Pool | Tx,
  { account, mode, refundId }: RefundKey,
  { lock = false }: { lock?: boolean } = {},
): Promise<Refund | null> {
  const { rows } = await db.query<RefundRow>({
    text: `select ${REFUND_COLUMNS} from refunds where account = $1 and mode = $2 and refund = $3 ${lock ? 'for update' : ''}`,
    values: [account, mode, refundId],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : refundOf(rows[0])
}

export async function insertRefund(tx: Tx, refund: Refund): Promise<void> {
  const { state } = refund
  await tx.query(
    `insert into refunds (account, refund, mode, payment, charge, card_payment, currency, amount_minor, reason,
       requested_by, operator, approver, note, metadata, status, submitted_ms, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      refund.account,
      refund.refundId,
      refund.mode,
      refund.paymentId,
      refund.chargeId,
      refund.cardPaymentId,
      refund.currency,
      refund.amountMinor,
      refund.reason,
      refund.requestedBy,
      refund.operator,
      refund.approver,
      refund.note,
      JSON.stringify(refund.metadata),
      state.status,
      state.status === 'submitted' ? state.submittedMs : null,
      refund.createdMs,
    ],
  )
}

export async function updateRefundState(tx: Tx, { account, refundId, state }: Refund): Promise<void> {
  await tx.query(
    `update refunds set status = $3, submitted_ms = $4, succeeded_ms = $5, failed_ms = $6, failure_reason = $7,
       canceled_ms = $8
     where account = $1 and refund = $2`,
    [
      account,
      refundId,
      state.status,
      'submittedMs' in state ? state.submittedMs : null,
      state.status === 'succeeded' ? state.succeededMs : null,
      state.status === 'failed' ? state.failedMs : null,
      state.status === 'failed' ? state.failureReason : null,
      state.status === 'canceled' ? state.canceledMs : null,
    ],
  )
}

export interface RefundRow {
  readonly account: string
  readonly refund: string
  readonly mode: Mode
  readonly payment: string | null
  readonly charge: string | null
  readonly card_payment: string
  readonly currency: Currency
  readonly amount_minor: number
  readonly reason: RefundReason | null
  readonly requested_by: Refund['requestedBy']
  readonly operator: string | null
  readonly approver: string | null
  readonly note: string | null
  readonly metadata: Record<string, string>
  readonly status: RefundState['status']
  readonly submitted_ms: number | null
  readonly succeeded_ms: number | null
  readonly failed_ms: number | null
  readonly failure_reason: RefundFailure | null
  readonly canceled_ms: number | null
  readonly created_ms: number
}

export const REFUND_COLUMNS = `account, refund, mode, payment, charge, card_payment, currency, amount_minor, reason,
  requested_by, operator, approver, note, metadata, status, submitted_ms, succeeded_ms, failed_ms, failure_reason,
  canceled_ms, created_ms`

export function refundOf(row: RefundRow): Refund {
  return {
    account: row.account,
    refundId: row.refund,
    mode: row.mode,
    paymentId: row.payment,
    chargeId: row.charge,
    cardPaymentId: row.card_payment,
    currency: row.currency,
    amountMinor: row.amount_minor,
    reason: row.reason,
    requestedBy: row.requested_by,
    operator: row.operator,
    approver: row.approver,
    note: row.note,
    metadata: row.metadata,
    state: stateOf(row),
    createdMs: row.created_ms,
  }
}

/** The SQL check of the table holds that each status has its columns. */
function stateOf(row: RefundRow): RefundState {
  const has = <Value>(value: Value | null): Value => must(value, `${row.status} has its columns`)
  switch (row.status) {
    case 'waiting_parent':
      return { status: 'waiting_parent' }
    case 'submitted':
      return { status: 'submitted', submittedMs: has(row.submitted_ms) }
    case 'succeeded':
      return {
        status: 'succeeded',
        submittedMs: has(row.submitted_ms),
        succeededMs: has(row.succeeded_ms),
      }
    case 'failed':
      return {
        status: 'failed',
        submittedMs: row.submitted_ms,
        failedMs: has(row.failed_ms),
        failureReason: has(row.failure_reason),
      }
    case 'canceled':
      return { status: 'canceled', canceledMs: has(row.canceled_ms) }
  }
}
