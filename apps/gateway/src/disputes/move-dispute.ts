import {
  advanceDispute,
  type DisputeEvent,
  disputeLostPosting,
  type DisputeRefusal,
  disputeWonPosting,
  type IdSource,
  isHeld,
  newId,
} from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { postTransaction } from '../ledger/post.ts'
import { type Dispute, type DisputeEvidence, findDisputes, saveDispute } from './dispute.ts'
import { holdMoney } from './open-dispute.ts'

export interface DisputeKey {
  readonly account: string
  readonly mode: Mode
  readonly disputeId: string
}

export type MovedDispute =
  | { readonly ok: true; readonly dispute: Dispute }
  | { readonly ok: false; readonly refusal: DisputeRefusal | 'resource_missing' }

/** What merchant, issuer or clock say of a dispute. Told twice it happens once; what was won is credited at once. */
export async function moveDispute(
  tx: Tx,
  key: DisputeKey,
  event: DisputeEvent,
  atMs: number,
  ids: IdSource,
): Promise<MovedDispute> {
  const [dispute] = await findDisputes(tx, key, [key.disputeId], { lock: true })
  if (dispute === undefined) return { ok: false, refusal: 'resource_missing' }
  const state = advanceDispute(dispute.state, event)
  if (state === 'dispute_not_open' || state === 'dispute_deadline_over') return { ok: false, refusal: state }
  if (state === dispute.state) return { ok: true, dispute }
  const submissions = dispute.submissions + (event.type === 'submitted' ? 1 : 0)
  const moved: Dispute = { ...dispute, state, submissions }
  await saveDispute(tx, moved)
  const { account, mode } = key
  const about = { account, mode, object: 'dispute', id: key.disputeId, atMs } as const
  await recordEvent(tx, { ...about, type: 'charge.dispute.updated' }, ids)
  if (!isHeld(dispute.state) && isHeld(state)) {
    const feeMinor = dispute.state.status === 'inquiry' ? dispute.feeMinor : 0
    await holdMoney(tx, moved, { feeMinor, atMs }, ids)
    await recordEvent(tx, { ...about, type: 'charge.dispute.funds_withdrawn' }, ids)
  }
  if (state.status === 'won') {
    await creditWon(tx, moved, atMs, ids)
    await recordEvent(tx, { ...about, type: 'charge.dispute.funds_reinstated' }, ids)
  }
  if (state.status === 'lost') await postLost(tx, moved, atMs)
  if ('closedMs' in state) await recordEvent(tx, { ...about, type: 'charge.dispute.closed' }, ids)
  return { ok: true, dispute: moved }
}

/** The merchant's own words over what was prefilled; an empty value takes one away. Not once it is submitted. */
export async function changeEvidence(
  tx: Tx,
  key: DisputeKey,
  change: DisputeEvidence,
  atMs: number,
): Promise<MovedDispute> {
  const [dispute] = await findDisputes(tx, key, [key.disputeId], { lock: true })
  if (dispute === undefined) return { ok: false, refusal: 'resource_missing' }
  const { state } = dispute
  if (state.status !== 'needs_response' && state.status !== 'inquiry')
    return { ok: false, refusal: 'dispute_not_open' }
  if (atMs > state.dueMs) return { ok: false, refusal: 'dispute_deadline_over' }
  const merged = { ...dispute.evidence, ...change }
  const evidence = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
  const changed: Dispute = { ...dispute, evidence }
  await saveDispute(tx, changed)
  return { ok: true, dispute: changed }
}

/** Of every account: what nobody has answered in time is lost. How many there were. */
export async function closeOverdueDisputes(tx: Tx, nowMs: number, ids: IdSource): Promise<number> {
  const { rows } = await tx.query<{ account: string; mode: Mode; dispute: string }>(
    `select account, mode, dispute from disputes where due_ms < $1 order by due_ms limit 1000 for update skip locked`,
    [nowMs],
  )
  for (const { dispute: disputeId, ...scope } of rows)
    await moveDispute(tx, { ...scope, disputeId }, { type: 'deadline_over', atMs: nowMs }, nowMs, ids)
  return rows.length
}

/** The dispute's fee is kept, as acquirers keep it. */
async function creditWon(tx: Tx, dispute: Dispute, atMs: number, ids: IdSource): Promise<void> {
  const { account, mode, currency, amountMinor } = dispute
  const cause = causeOf('dispute_won', dispute)
  const lines = disputeWonPosting({ amountMinor, feeMinor: 0 })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', ids),
    type: 'adjustment',
    reportingCategory: 'dispute_reversal',
    source: dispute.disputeId,
    paymentId: dispute.paymentId,
    amountMinor,
    feeMinor: 0,
    feeDescription: '',
    description: `Chargeback reversal for ${dispute.chargeId}`,
    availableMs: atMs,
    createdMs: atMs,
  })
}

async function postLost(tx: Tx, dispute: Dispute, atMs: number): Promise<void> {
  const { account, mode, currency, amountMinor } = dispute
  const lines = disputeLostPosting({ amountMinor })
  await postTransaction(tx, { account, mode, cause: causeOf('dispute_lost', dispute), currency, atMs, lines })
}

function causeOf<Kind extends 'dispute_won' | 'dispute_lost'>(kind: Kind, { disputeId, state }: Dispute) {
  return { kind, id: `${disputeId}:${'round' in state ? state.round : 1}` }
}
