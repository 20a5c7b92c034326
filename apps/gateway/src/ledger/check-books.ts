import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'

/** One thing that is wrong with the books, for a person. */
export interface BookDifference {
  readonly account: string
  readonly mode: string
  readonly currency: string
  readonly what: BookRule
  readonly expectedMinor: string
  readonly foundMinor: string
}

type BookRule =
  /** Every transaction, and so everything together. */
  | 'ledger_sums_to_zero'
  /** What the merchant has to get, by the ledger and by its own transactions. */
  | 'payable_is_what_the_balance_says'
  /** Σ paid out + still owed = Σ captured − refunds − disputes held or lost − fees. */
  | 'funding_is_captures_less_refunds_disputes_fees'
  /** What the acquirer owes = Σ captured − refunds that it took − disputes lost − what it has paid for. */
  | 'receivable_is_what_was_not_funded'
  /** What of the acquirer's payments fits nothing in the books. */
  | 'suspense_is_what_differs'
  /** An automatic payout is the sum of its items, and of what the acquirer paid beside them. */
  | 'payout_is_its_items'

/** Every difference in the books of all accounts; none means that they are right. Reads one snapshot per rule. */
export async function checkBooks(db: Pool | Tx): Promise<readonly BookDifference[]> {
  const differences: BookDifference[] = []
  for (const [what, sql] of RULES) {
    const { rows } = await db.query<Omit<BookDifference, 'what'>>(
      `select account, mode, currency, expected::text as "expectedMinor", found::text as "foundMinor"
       from (${sql}) as rule where expected is distinct from found order by 1, 2, 3`,
    )
    differences.push(...rows.map((row) => ({ ...row, what })))
  }
  return differences
}

const ZERO_SUMS = `
  select account, mode, currency, 0::numeric as expected, sum(amount_minor) as found
  from ledger_lines group by account, mode, currency, cause_kind, cause`

const PAYABLE = `
  with owed as (
    select account, mode, currency, -sum(amount_minor) as minor from ledger_lines
    where ledger_account = 'merchant_payable' group by 1, 2, 3),
  balance as (
    select account, mode, currency, sum(net_minor) as minor from balance_transactions group by 1, 2, 3)
  select account, mode, currency, coalesce(b.minor, 0) as expected, coalesce(o.minor, 0) as found
  from owed o full join balance b using (account, mode, currency)`

const FUNDING = `
  with lines as (
    select account, mode, currency,
      coalesce(sum(amount_minor) filter (where type = 'charge'), 0) as captured,
      coalesce(sum(amount_minor) filter (where type in ('refund', 'refund_failure', 'adjustment')), 0) as taken,
      coalesce(sum(fee_minor), 0) as fees
    from balance_transactions group by 1, 2, 3),
  paid as (
    select account, mode, currency, sum(amount_minor) as minor from payouts
    where status not in ('failed', 'canceled') group by 1, 2, 3),
  owed as (
    select account, mode, currency, -sum(amount_minor) as minor from ledger_lines
    where ledger_account = 'merchant_payable' group by 1, 2, 3)
  select account, mode, currency, l.captured + l.taken - l.fees as expected,
    coalesce(p.minor, 0) + coalesce(o.minor, 0) as found
  from lines l left join paid p using (account, mode, currency) left join owed o using (account, mode, currency)`

const RECEIVABLE = `
  with moved as (
    select account, mode, currency, amount_minor as minor from balance_transactions where type = 'charge'
    union all
    select account, mode, currency, -amount_minor from refunds where status = 'succeeded'
    union all
    select account, mode, currency, -amount_minor from disputes where status = 'lost'
    union all
    select account, mode, currency, -expected_minor from funding_items),
  owed as (
    select account, mode, currency, sum(amount_minor) as minor from ledger_lines
    where ledger_account = 'acquirer_receivable' group by 1, 2, 3),
  expected as (select account, mode, currency, sum(minor) as minor from moved group by 1, 2, 3)
  select account, mode, currency, coalesce(e.minor, 0) as expected, coalesce(o.minor, 0) as found
  from expected e full join owed o using (account, mode, currency)`

const SUSPENSE = `
  with differ as (
    select account, mode, currency, -sum(difference_minor) as minor from funding_items group by 1, 2, 3),
  kept as (
    select account, mode, currency, sum(amount_minor) as minor from ledger_lines
    where ledger_account = 'suspense' group by 1, 2, 3)
  select account, mode, currency, coalesce(d.minor, 0) as expected, coalesce(k.minor, 0) as found
  from differ d full join kept k using (account, mode, currency)`

const PAYOUT_ITEMS = `
  select p.account, p.mode, p.currency,
    p.amount_minor::numeric - (select coalesce(sum(f.difference_minor), 0) from funding_items f
      where f.account = p.account and f.payout = p.payout) as expected, coalesce(sum(b.net_minor), 0) as found
  from payouts p
  left join payout_items i using (account, payout)
  left join balance_transactions b on b.account = p.account and b.txn = i.txn
  where p.automatic group by p.account, p.payout, p.mode, p.currency, p.amount_minor`

const RULES: readonly (readonly [BookRule, string])[] = [
  ['ledger_sums_to_zero', ZERO_SUMS],
  ['payable_is_what_the_balance_says', PAYABLE],
  ['funding_is_captures_less_refunds_disputes_fees', FUNDING],
  ['receivable_is_what_was_not_funded', RECEIVABLE],
  ['suspense_is_what_differs', SUSPENSE],
  ['payout_is_its_items', PAYOUT_ITEMS],
]
