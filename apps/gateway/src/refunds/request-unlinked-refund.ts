import { type Currency, type IdSource, newId } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { insertRefund, type Refund } from './refund.ts'
import { postRefund } from './submit-refund.ts'

export interface WantedUnlinkedRefund {
  readonly account: string
  readonly mode: Mode
  /** Any payment of the customer's card: the gateway keeps numbers only in its vault, and never takes one by an API. */
  readonly cardPaymentId: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly operator: string | null
  /** The supervisor who lets it pass. */
  readonly approver: string
  /** Why, in words. */
  readonly note: string
  readonly metadata: Readonly<Record<string, string>>
}

export type UnlinkedRefundResult =
  | { readonly ok: true; readonly refund: Refund }
  | {
      readonly ok: false
      readonly refusal:
        | 'refund_approver_required'
        | 'refund_reason_required'
        | 'refund_unlinked_not_allowed'
        | 'refund_unlinked_above_limit'
        | 'resource_missing'
        | 'refund_card_not_kept'
    }

const DAY_MS = 86_400_000

/** MC7: money to a card without the sale it was for. Two at once take turns at the day's limit. */
export async function requestUnlinkedRefund(
  tx: Tx,
  wanted: WantedUnlinkedRefund,
  ids: IdSource,
): Promise<UnlinkedRefundResult> {
  const { account, mode, cardPaymentId, currency, amountMinor, approver, note } = wanted
  if (approver.trim() === '') return { ok: false, refusal: 'refund_approver_required' }
  if (note.trim() === '') return { ok: false, refusal: 'refund_reason_required' }
  const nowMs = ids.wallMs()
  const limits = await tx.query<{ per_refund_minor: number; per_day_minor: number }>({
    text: `select per_refund_minor, per_day_minor from unlinked_refund_limits
      where account = $1 and currency = $2 for update`,
    values: [account, currency],
    types: numericTypes,
  })
  const limit = limits.rows[0]
  if (limit === undefined) return { ok: false, refusal: 'refund_unlinked_not_allowed' }
  const sinceMs = nowMs - DAY_MS
  const today = await tx.query<{ minor: number }>({
    text: `select coalesce(sum(amount_minor), 0)::bigint as minor from refunds
      where account = $1 and mode = $2 and currency = $3 and payment is null and created_ms > $4
        and status in ('submitted', 'succeeded')`,
    values: [account, mode, currency, sinceMs],
    types: numericTypes,
  })
  const spentMinor = today.rows[0]?.minor ?? 0
  if (amountMinor > limit.per_refund_minor || spentMinor + amountMinor > limit.per_day_minor)
    return { ok: false, refusal: 'refund_unlinked_above_limit' }
  const cards = await tx.query<{ kept: boolean }>(
    `select exists (select from attempts a where a.account = p.account and a.payment = p.payment
        and a.state = 'approved' and a.vault is not null) as kept
     from payments p where account = $1 and mode = $2 and payment = $3`,
    [account, mode, cardPaymentId],
  )
  if (cards.rows[0] === undefined) return { ok: false, refusal: 'resource_missing' }
  if (!cards.rows[0].kept) return { ok: false, refusal: 'refund_card_not_kept' }

  const refund: Refund = {
    account,
    refundId: newId('re', ids),
    mode,
    paymentId: null,
    chargeId: null,
    cardPaymentId,
    currency,
    amountMinor,
    reason: null,
    requestedBy: 'merchant',
    operator: wanted.operator,
    approver,
    note,
    metadata: wanted.metadata,
    state: { status: 'submitted', submittedMs: nowMs },
    createdMs: nowMs,
  }
  await insertRefund(tx, refund)
  const about = { account, mode, object: 'refund', id: refund.refundId, atMs: nowMs } as const
  await recordEvent(tx, { ...about, type: 'refund.created' }, ids)
  await postRefund(tx, refund, nowMs, ids)
  return { ok: true, refund }
}

/** Null takes the permission away. */
export async function setUnlinkedRefundLimit(
  tx: Tx,
  account: string,
  currency: Currency,
  limit: { readonly perRefundMinor: number; readonly perDayMinor: number } | null,
): Promise<void> {
  if (limit === null) {
    await tx.query('delete from unlinked_refund_limits where account = $1 and currency = $2', [
      account,
      currency,
    ])
    return
  }
  await tx.query(
    `insert into unlinked_refund_limits (account, currency, per_refund_minor, per_day_minor) values ($1, $2, $3, $4)
     on conflict (account, currency) do update set
       per_refund_minor = excluded.per_refund_minor, per_day_minor = excluded.per_day_minor`,
    [account, currency, limit.perRefundMinor, limit.perDayMinor],
  )
}
