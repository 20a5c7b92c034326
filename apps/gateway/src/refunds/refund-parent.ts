import type { Currency, PaymentStatus, RefundParent } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** What a refund has to know of its payment, held until the transaction ends. */
export interface LockedParent {
  readonly parent: RefundParent
  readonly currency: Currency
  readonly chargeId: string | null
  /** False once the vault was shredded: there is no card to send the money to. */
  readonly cardKept: boolean
}

/**
 * Null when there is no such payment. Two refunds of one payment take turns here. `mayWait`: a payment that is authorised
 * and not captured counts as undecided, because whoever asks has captured it.
 */
export async function lockRefundParent(
  tx: Tx,
  { account, mode, paymentId }: { readonly account: string; readonly mode: Mode; readonly paymentId: string },
  { mayWait }: { readonly mayWait: boolean },
): Promise<LockedParent | null> {
  const locked = await tx.query<{
    status: PaymentStatus
    word: string
    amount_minor: number
    currency: Currency
  }>({
    text: `select status, word, amount_minor, currency from payments
      where account = $1 and mode = $2 and payment = $3 for no key update`,
    values: [account, mode, paymentId],
    types: numericTypes,
  })
  const payment = locked.rows[0]
  if (payment === undefined) return null
  const { rows } = await tx.query<{
    captured: number
    /** Taken, and not told to the acquirer yet. */
    taken: number | null
    /** What is taken with a tip that the acquirer is being told of. */
    tipped: number | null
    refunded: number
    charge: string | null
    vault: boolean | null
    disputed: boolean
  }>({
    text: `select
        (select coalesce(sum(amount_minor), 0)::bigint from balance_transactions
          where account = $1 and payment = $2 and type = 'charge') as captured,
        (select amount_minor from captures
          where account = $1 and payment = $2 and state <> 'canceled') as taken,
        (select amount_minor from presentments
          where account = $1 and payment = $2 and subject_kind = 'tip'
            and state in ('due', 'sent', 'unknown', 'refused')) as tipped,
        (select coalesce(sum(amount_minor), 0)::bigint from refunds
          where account = $1 and payment = $2 and status in ('waiting_parent', 'submitted', 'succeeded')) as refunded,
        a.charge, a.vault is not null as vault,
        exists (select from disputes where account = $1 and payment = $2
          and status in ('needs_response', 'under_review', 'lost')) as disputed
      from (select 1) as one
      left join lateral (
        select charge, vault from attempts where account = $1 and payment = $2
        order by (state = 'approved' and wanted) desc, number desc limit 1
      ) a on true`,
    values: [account, paymentId],
    types: numericTypes,
  })
  const facts = rows[0]
  if (facts === undefined) return null
  const { captured: capturedMinor, refunded: refundedMinor, disputed } = facts
  const isUndecided =
    payment.status === 'processing' ||
    payment.status === 'succeeded' ||
    (mayWait && payment.status === 'requires_capture')
  const state: RefundParent['state'] =
    // Called off, its approval is being reversed: nothing of it is left to be given back.
    payment.word === 'voided'
      ? { is: 'lost' }
      : facts.tipped !== null
        ? { is: 'undecided', amountMinor: facts.tipped }
        : capturedMinor > 0
          ? { is: 'captured', capturedMinor }
          : isUndecided
            ? { is: 'undecided', amountMinor: facts.taken ?? payment.amount_minor }
            : { is: 'lost' }
  return {
    parent: { state, refundedMinor, disputed },
    currency: payment.currency,
    chargeId: facts.charge,
    cardKept: facts.vault === true || state.is !== 'captured',
  }
}
