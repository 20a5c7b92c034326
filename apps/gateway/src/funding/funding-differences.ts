import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { UNPAID } from './mark-funded-batches.ts'

/** Between the books and what the acquirer has paid, for a person. */
export interface FundingDifference {
  readonly what: FundingDifferenceKind
  /** The file with the position in it, the batch, or the terminal. */
  readonly where: string
  readonly payment: string | null
  readonly currency: Currency | null
  /** As the books have it, and as it was paid, both after fees; null where there is no amount. */
  readonly expectedMinor: number | null
  readonly paidMinor: number | null
  readonly why: string | null
}

type FundingDifferenceKind =
  | 'unknown'
  | 'doubled'
  | 'other_amount'
  | 'other_fee'
  | 'missing'
  | 'not_presented'
  | 'batch_unpaid'
  | 'file_set_aside'
  | 'file_waiting'

/** Acquirers pay within two business days; a week-end with holidays lies between. */
const PAID_WITHIN_MS = 6 * 86_400_000
/** What a file waits for comes within the hour, or not by itself. */
const FILE_WAITS_MS = 86_400_000

/** What nobody has explained yet, oldest first. */
export async function readFundingDifferences(
  db: Pool | Tx,
  nowMs: number,
): Promise<readonly FundingDifference[]> {
  const { rows } = await db.query<FundingDifference>({
    text: `
      select difference as what, file || ' ' || position as where, payment, currency,
        expected_minor - expected_fee_minor as "expectedMinor", amount_minor - fee_minor as "paidMinor",
        kind || ' ' || terminal_id || ' ' || rrn as why
      from funding_items where difference is not null and explained_ms is null
      union all
      select 'missing', b.batch, p.payment, p.currency, t.net_minor, 0, p.subject_kind || ' ' || p.terminal_id
      from batches b
      join presentments p using (account, batch)
      join balance_transactions t on t.account = p.account and t.cause_kind = p.subject_kind and t.cause = p.subject
      where b.state = 'closed' and exists (${PAID_IN_BATCH})
        and exists (${UNPAID} and u.account = p.account and u.presentment = p.presentment)
      union all
      select 'not_presented', terminal_id, payment, currency,
        amount_minor - case subject_kind when 'tip' then (
          select c.amount_minor from captures c where c.account = p.account and c.capture = p.subject) else 0 end,
        null, subject_kind || ' ' || attention
      from presentments p where state = 'needs_attention'
      union all
      select 'batch_unpaid', b.batch, null, b.currency, b.debits_minor - b.credits_minor, 0, b.terminal_id
      from batches b where b.state = 'closed' and b.closed_ms < $1 and not exists (${PAID_IN_BATCH})
        and exists (${UNPAID} and u.account = b.account and u.batch = b.batch)
      union all
      select case state when 'waiting' then 'file_waiting' else 'file_set_aside' end, file, null, null, null, null, why
      from funding_files f
      where state = 'set_aside' and not exists (
          select from funding_files a where a.file = f.file and a.state = 'applied' and f.why <> 'file_said_otherwise_before')
        or state = 'waiting' and received_ms < $2
      order by 2`,
    values: [nowMs - PAID_WITHIN_MS, nowMs - FILE_WAITS_MS],
    types: numericTypes,
  })
  return rows
}

const PAID_IN_BATCH = `
  select from presentments s
  join balance_transactions st on st.account = s.account and st.cause_kind = s.subject_kind and st.cause = s.subject
  join funding_items sf on sf.account = st.account and sf.txn = st.txn
  where s.account = b.account and s.batch = b.batch`

/** What a person does about each. */
export const fundingRemedies: Readonly<Record<FundingDifferenceKind, string>> = {
  unknown:
    'Ask the acquirer what it is for; the money waits in suspense. Then write down the answer: funding explain.',
  doubled: 'Tell the acquirer that it has paid twice; it will take it back. Then: funding explain.',
  other_amount: 'Compare with the receipt and the batch ticket, and ask the acquirer. Then: funding explain.',
  other_fee:
    'Compare the contract with the fee schedule (money terms); correct the one that is wrong. Then: funding explain.',
  missing: 'Ask the acquirer with terminal and RRN: it has agreed on the batch and not paid this of it.',
  not_presented:
    'The acquirer was not told of it, or did not take it: find out why, and agree with it how it is paid.',
  batch_unpaid: 'Ask the acquirer for its file of this batch: the money should be there by now.',
  file_set_aside: 'Ask the acquirer for the file anew and give it in with: funding import.',
  file_waiting: 'See what it waits for with: funding list. Where that never comes: funding apply.',
}
