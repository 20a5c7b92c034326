import { type FeeFacts, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'

/** What the fee of a charge follows from. */
export async function feeFactsOf(
  tx: Tx,
  { account, chargeId }: { readonly account: string; readonly chargeId: string },
): Promise<FeeFacts> {
  const { rows } = await tx.query<FeeFacts>(
    `select a.brand, a.entry_mode as "entryMode", p.location from attempts a join payments p using (account, payment)
     where a.account = $1 and a.charge = $2`,
    [account, chargeId],
  )
  return must(rows[0], 'a capture has its charge')
}
