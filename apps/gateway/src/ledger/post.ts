import { assert, type Currency, type LedgerLine } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'

export interface LedgerTransaction {
  readonly account: string
  readonly mode: Mode
  /** What it is posted for; there is one transaction per cause, for ever. */
  readonly cause: { readonly kind: CauseKind; readonly id: string }
  readonly currency: Currency
  readonly atMs: number
  /** Of core's postings: summing to zero, one line per ledger account. */
  readonly lines: readonly LedgerLine[]
}

export type CauseKind =
  | 'capture'
  | 'capture_reversed'
  | 'capture_tip'
  | 'refund'
  | 'refund_presented'
  | 'refund_failed'
  | 'dispute_opened'
  | 'dispute_won'
  | 'dispute_lost'
  | 'payout'
  | 'payout_canceled'
  | 'payout_failed'
  | 'funding'

/**
 * Writes the transaction once and says whether it was written now. A repeat changes nothing; one that says something
 * else is a fault of the program and throws. COMMIT fails when the lines do not sum to zero.
 */
export async function postTransaction(tx: Tx, transaction: LedgerTransaction): Promise<boolean> {
  const { account, mode, cause, currency, atMs, lines } = transaction
  const { rowCount } = await tx.query(
    `with posted as (
       insert into ledger_transactions (account, cause_kind, cause, mode, currency, at_ms)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning account)
     insert into ledger_lines (account, cause_kind, cause, ledger_account, mode, currency, amount_minor)
     select account, $2, $3, ledger_account, $4, $5, amount_minor
     from posted, unnest($7::text[], $8::bigint[]) as line(ledger_account, amount_minor)`,
    [
      account,
      cause.kind,
      cause.id,
      mode,
      currency,
      atMs,
      lines.map(({ ledgerAccount }) => ledgerAccount),
      lines.map(({ amountMinor }) => amountMinor),
    ],
  )
  if (rowCount === lines.length && lines.length > 0) return true
  assert(await isPosted(tx, transaction), `${cause.kind} ${cause.id} was posted before with other lines`)
  return false
}

/** True once anything was posted for the cause: what depends on terms that may have changed is not worked out again. */
export async function isCausePosted(
  tx: Tx,
  account: string,
  { kind, id }: LedgerTransaction['cause'],
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from ledger_transactions where account = $1 and cause_kind = $2 and cause = $3',
    [account, kind, id],
  )
  return rowCount === 1
}

async function isPosted(
  tx: Tx,
  { account, mode, cause, currency, lines }: LedgerTransaction,
): Promise<boolean> {
  const { rows } = await tx.query<{ ledger_account: string; amount_minor: string }>(
    `select ledger_account, amount_minor from ledger_lines
     where account = $1 and cause_kind = $2 and cause = $3 and mode = $4 and currency = $5`,
    [account, cause.kind, cause.id, mode, currency],
  )
  const posted = new Map(rows.map((row) => [row.ledger_account, Number(row.amount_minor)]))
  return (
    posted.size === lines.length &&
    lines.every(({ ledgerAccount, amountMinor }) => posted.get(ledgerAccount) === amountMinor)
  )
}
