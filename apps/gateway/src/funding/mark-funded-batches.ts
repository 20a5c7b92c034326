import type { Tx } from '../database/transaction.ts'

/** A batch is funded when everything in it was paid for. */
export async function markFundedBatches(tx: Tx, file: string): Promise<void> {
  await tx.query(
    `update batches b set state = 'funded'
     where b.state = 'closed' and (b.account, b.batch) in (
         select p.account, p.batch from funding_items f
         join balance_transactions t on t.account = f.account and t.txn = f.txn
         join presentments p on p.account = t.account
           and p.subject_kind = case t.cause_kind when 'capture' then 'capture' else 'refund' end and p.subject = t.cause
         where f.file = $1 and f.kind in ('sale', 'refund'))
       and not exists (${UNPAID} and u.account = b.account and u.batch = b.batch)`,
    [file],
  )
}

/**
 * Accepted by the acquirer, in a batch, and not paid for: `u` is the presentment, `t` its transaction. What was called
 * off before its batch closed is owed by nobody.
 */
export const UNPAID = `
  select from presentments u
  join balance_transactions t on t.account = u.account and t.cause_kind = u.subject_kind and t.cause = u.subject
  where u.state = 'accepted' and u.batch is not null
    and not exists (select from funding_items f where f.account = t.account and f.txn = t.txn)
    and not exists (select from ledger_transactions r
      where r.account = u.account and r.cause_kind = 'capture_reversed' and r.cause = u.subject)`
