import type { Tx } from '../database/transaction.ts'

/**
 * Eighteen months: cardholders in the EEA may contest for thirteen, schemes ask for records of up to eighteen. After
 * that no refund and no dispute needs the number, and it goes for ever.
 */
const KEPT_MS = 548 * 86_400_000
const AT_ONCE = 1_000

/**
 * Erases vaulted numbers whose window is over, of every account, some at a time; how many. One that a refund or a dispute
 * still needs, or that the authoriser is at work on, stays.
 */
export async function shredVaults(tx: Tx, nowMs: number): Promise<number> {
  const { rowCount } = await tx.query(
    `update attempts set vault = null
     where (account, payment, number) in (
       select a.account, a.payment, a.number from attempts a
       join payments p using (account, payment)
       where a.vault is not null and a.created_ms < $1 and p.due_ms is null
         and a.state not in ('planned', 'sent', 'unknown', 'reversing')
         and not exists (
           select from refunds r where r.account = a.account and r.card_payment = a.payment
             and r.status in ('waiting_parent', 'submitted'))
         and not exists (
           select from disputes d where d.account = a.account and d.payment = a.payment and d.closed_ms is null)
       order by a.created_ms limit $2 for update of a skip locked)`,
    [nowMs - KEPT_MS, AT_ONCE],
  )
  return rowCount ?? 0
}
