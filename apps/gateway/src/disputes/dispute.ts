import { type Currency, type DisputeState, must } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface Dispute {
  readonly account: string
  readonly disputeId: string
  readonly mode: Mode
  readonly paymentId: string
  readonly chargeId: string
  /** The acquirer's id. */
  readonly chargeback: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly feeMinor: number
  /** The issuer's own code, and what it means in Stripe's word. */
  readonly reasonCode: string
  readonly reason: string
  readonly state: DisputeState
  readonly evidence: DisputeEvidence
  readonly submissions: number
  readonly metadata: Readonly<Record<string, string>>
  readonly createdMs: number
}

/** Stripe's fields by name; prefilled from what the device wrote at the moment of sale, then the merchant's. */
export type DisputeEvidence = Readonly<Record<string, string>>

/** In no particular order; ids that are not of this scope are left out. `lock` holds them until the transaction ends. */
export async function findDisputes(
  db: Pool | Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { lock = false }: { lock?: boolean } = {},
): Promise<readonly Dispute[]> {
  const { rows } = await db.query<DisputeRow>({
    text: `select ${DISPUTE_COLUMNS} from disputes
      where account = $1 and mode = $2 and dispute = any ($3) ${lock ? 'for update' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows.map(disputeOf)
}

export function disputesSource(
  { account, mode }: Scope,
  { charge, payment }: { readonly charge: string | null; readonly payment: string | null },
): PageSource {
  return {
    items: `select dispute as id, created_ms as at_ms from disputes
      where account = $1 and mode = $2 and ($3::text is null or charge = $3) and ($4::text is null or payment = $4)`,
    values: [account, mode, charge, payment],
  }
}

export async function insertDispute(tx: Tx, dispute: Dispute): Promise<void> {
  await tx.query(
    `insert into disputes (account, dispute, mode, payment, charge, chargeback, currency, amount_minor, fee_minor,
       reason_code, reason, status, due_ms, round, submitted_ms, closed_ms, evidence, submissions, metadata, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
    [
      dispute.account,
      dispute.disputeId,
      dispute.mode,
      dispute.paymentId,
      dispute.chargeId,
      dispute.chargeback,
      dispute.currency,
      dispute.amountMinor,
      dispute.feeMinor,
      dispute.reasonCode,
      dispute.reason,
      ...stateColumns(dispute.state),
      JSON.stringify(dispute.evidence),
      dispute.submissions,
      JSON.stringify(dispute.metadata),
      dispute.createdMs,
    ],
  )
}

export async function saveDispute(tx: Tx, dispute: Dispute): Promise<void> {
  await tx.query(
    `update disputes set status = $3, due_ms = $4, round = $5, submitted_ms = $6, closed_ms = $7, evidence = $8,
       submissions = $9, metadata = $10
     where account = $1 and dispute = $2`,
    [
      dispute.account,
      dispute.disputeId,
      ...stateColumns(dispute.state),
      JSON.stringify(dispute.evidence),
      dispute.submissions,
      JSON.stringify(dispute.metadata),
    ],
  )
}

function stateColumns(state: DisputeState): (string | number | null)[] {
  return [
    state.status,
    'dueMs' in state ? state.dueMs : null,
    'round' in state ? state.round : 1,
    'submittedMs' in state ? state.submittedMs : null,
    'closedMs' in state ? state.closedMs : null,
  ]
}

interface DisputeRow {
  readonly account: string
  readonly dispute: string
  readonly mode: Mode
  readonly payment: string
  readonly charge: string
  readonly chargeback: string
  readonly currency: Currency
  readonly amount_minor: number
  readonly fee_minor: number
  readonly reason_code: string
  readonly reason: string
  readonly status: DisputeState['status']
  readonly due_ms: number | null
  readonly round: number
  readonly submitted_ms: number | null
  readonly closed_ms: number | null
  readonly evidence: Record<string, string>
  readonly submissions: number
  readonly metadata: Record<string, string>
  readonly created_ms: number
}

const DISPUTE_COLUMNS = `account, dispute, mode, payment, charge, chargeback, currency, amount_minor, fee_minor, reason_code,
  reason, status, due_ms, round, submitted_ms, closed_ms, evidence, submissions, metadata, created_ms`

function disputeOf(row: DisputeRow): Dispute {
  return {
    account: row.account,
    disputeId: row.dispute,
    mode: row.mode,
    paymentId: row.payment,
    chargeId: row.charge,
    chargeback: row.chargeback,
    currency: row.currency,
    amountMinor: row.amount_minor,
    feeMinor: row.fee_minor,
    reasonCode: row.reason_code,
    reason: row.reason,
    state: stateOf(row),
    evidence: row.evidence,
    submissions: row.submissions,
    metadata: row.metadata,
    createdMs: row.created_ms,
  }
}

/** The SQL check of the table holds that each status has its columns. */
function stateOf(row: DisputeRow): DisputeState {
  const has = <Value>(value: Value | null): Value => must(value, `${row.status} has its columns`)
  const { status, round } = row
  switch (status) {
    case 'inquiry':
      return { status, dueMs: has(row.due_ms) }
    case 'needs_response':
      return { status, dueMs: has(row.due_ms), round }
    case 'under_review':
      return { status, submittedMs: has(row.submitted_ms), round }
    case 'won':
    case 'lost':
      return { status, closedMs: has(row.closed_ms), round }
    case 'closed':
      return { status, closedMs: has(row.closed_ms) }
  }
}
