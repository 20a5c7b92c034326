import {
  type Currency,
  disputeFeeMinor,
  disputeOpenedPosting,
  disputeTerms,
  type IdSource,
  newId,
} from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { loadMoneyTerms } from '../ledger/money-terms.ts'
import { postTransaction } from '../ledger/post.ts'
import { type Dispute, insertDispute } from './dispute.ts'
import { offlineEvidence } from './offline-evidence.ts'

export interface NewDispute {
  readonly account: string
  readonly mode: Mode
  readonly paymentId: string
  readonly chargeId: string
  readonly chargeback: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly reasonCode: string
  readonly atMs: number
  /** Null: as the scheme's terms say. */
  readonly dueMs: number | null
  /** The issuer only asks: no money moves yet. */
  readonly isInquiry?: boolean
}

const DAY_MS = 86_400_000

/**
 * The issuer has taken money back, or asks: what is taken is held from the merchant with the fee for it, the evidence is
 * prefilled, and the clock runs. Null when the chargeback is known.
 */
export async function openDispute(tx: Tx, chargeback: NewDispute, ids: IdSource): Promise<Dispute | null> {
  const { account, mode, paymentId, chargeId, currency, amountMinor, reasonCode, atMs } = chargeback
  // Refunds take turns with it here: what is contested is not given back as well.
  await tx.query('select 1 from payments where account = $1 and payment = $2 for no key update', [
    account,
    paymentId,
  ])
  const { rowCount } = await tx.query('select 1 from disputes where account = $1 and chargeback = $2', [
    account,
    chargeback.chargeback,
  ])
  if (rowCount !== 0) return null
  const { fees } = await loadMoneyTerms(tx, account, atMs)
  const { reason, responseDays } = disputeTerms(reasonCode)
  const dueMs = chargeback.dueMs ?? atMs + responseDays * DAY_MS
  const { isInquiry = false } = chargeback
  const dispute: Dispute = {
    account,
    disputeId: newId('du', ids),
    mode,
    paymentId,
    chargeId,
    chargeback: chargeback.chargeback,
    currency,
    amountMinor,
    feeMinor: disputeFeeMinor(fees, currency),
    reasonCode,
    reason,
    state: isInquiry ? { status: 'inquiry', dueMs } : { status: 'needs_response', dueMs, round: 1 },
    evidence: await offlineEvidence(tx, chargeback),
    submissions: 0,
    metadata: {},
    createdMs: atMs,
  }
  await insertDispute(tx, dispute)
  const about = { account, mode, object: 'dispute', id: dispute.disputeId, atMs } as const
  await recordEvent(tx, { ...about, type: 'charge.dispute.created' }, ids)
  if (isInquiry) return dispute
  await holdMoney(tx, dispute, { feeMinor: dispute.feeMinor, atMs }, ids)
  await recordEvent(tx, { ...about, type: 'charge.dispute.funds_withdrawn' }, ids)
  return dispute
}

/** The fee is taken once per dispute, not again in its second round. */
export async function holdMoney(
  tx: Tx,
  dispute: Dispute,
  { feeMinor, atMs }: { readonly feeMinor: number; readonly atMs: number },
  ids: IdSource,
): Promise<void> {
  const { account, mode, currency, amountMinor, disputeId, state } = dispute
  const round = 'round' in state ? state.round : 1
  const cause = { kind: 'dispute_opened', id: `${disputeId}:${round}` } as const
  const lines = disputeOpenedPosting({ amountMinor, feeMinor })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', ids),
    type: 'adjustment',
    reportingCategory: 'dispute',
    source: disputeId,
    paymentId: dispute.paymentId,
    amountMinor: -amountMinor,
    feeMinor,
    feeDescription: feeMinor === 0 ? '' : 'Dispute fee',
    description: `Chargeback withdrawal for ${dispute.chargeId}`,
    availableMs: atMs,
    createdMs: atMs,
  })
}
