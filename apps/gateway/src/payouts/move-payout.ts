import { advancePayout, type IdSource, newId, payoutFailedPosting, type PayoutEvent } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import type { EventType } from '../events/event-types.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeBalanceTransaction } from '../ledger/balance-transaction.ts'
import { postTransaction } from '../ledger/post.ts'
import { findPayout, type Payout, type PayoutKey } from './payout.ts'

export type MovedPayout =
  | { readonly ok: true; readonly payout: Payout }
  | { readonly ok: false; readonly refusal: 'payout_unexpected_state' | 'resource_missing' }

/**
 * What the bank says of a payout, or that it is called off. Told twice it happens once. What comes back is in the
 * balance again at once.
 */
export async function movePayout(
  tx: Tx,
  key: PayoutKey,
  event: PayoutEvent,
  { ids, sentWith = null }: { ids: IdSource; sentWith?: string | null },
): Promise<MovedPayout> {
  const payout = await findPayout(tx, key, { lock: true })
  if (payout === null) return { ok: false, refusal: 'resource_missing' }
  const state = advancePayout(payout.state, event)
  if (state === 'payout_unexpected_state') return { ok: false, refusal: state }
  if (state === payout.state) return { ok: true, payout }
  const moved: Payout = { ...payout, state, file: payout.file ?? sentWith }
  await tx.query(
    `update payouts set status = $3, sent_ms = $4, paid_ms = $5, failed_ms = $6, failure_code = $7, canceled_ms = $8,
       file = $9
     where account = $1 and payout = $2`,
    [
      key.account,
      key.payoutId,
      state.status,
      'sentMs' in state ? state.sentMs : null,
      state.status === 'paid' ? state.paidMs : null,
      state.status === 'failed' ? state.failedMs : null,
      state.status === 'failed' ? state.failureCode : null,
      state.status === 'canceled' ? state.canceledMs : null,
      moved.file,
    ],
  )
  if (state.status === 'failed' || state.status === 'canceled') await giveBack(tx, moved, event.atMs, ids)
  const { account, mode } = key
  const type = EVENT_TYPES[state.status]
  await recordEvent(tx, { account, mode, type, object: 'payout', id: key.payoutId, atMs: event.atMs }, ids)
  return { ok: true, payout: moved }
}

const EVENT_TYPES = {
  pending: 'payout.created',
  in_transit: 'payout.updated',
  paid: 'payout.paid',
  failed: 'payout.failed',
  canceled: 'payout.canceled',
} as const satisfies Record<Payout['state']['status'], EventType>

async function giveBack(tx: Tx, payout: Payout, atMs: number, ids: IdSource): Promise<void> {
  const { account, mode, currency, payoutId, amountMinor } = payout
  const failed = payout.state.status === 'failed'
  const cause = { kind: failed ? 'payout_failed' : 'payout_canceled', id: payoutId } as const
  await postTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    atMs,
    lines: payoutFailedPosting({ amountMinor }),
  })
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: newId('txn', ids),
    type: failed ? 'payout_failure' : 'payout_cancel',
    reportingCategory: 'payout_reversal',
    source: payoutId,
    paymentId: null,
    amountMinor,
    feeMinor: 0,
    feeDescription: '',
    description: payout.description,
    availableMs: atMs,
    createdMs: atMs,
  })
}
