import type { Tx } from '../database/transaction.ts'
import type { FundingFile } from './read-funding-file.ts'

export type WaitsFor =
  /** The acquirer agreed on the batch, and its word is still on the way here. */
  | 'batch_not_closed'
  /** The feed of chargebacks has not told of it, or its payment is not back from a device. */
  | 'chargeback_not_known'

/** What of a file is still on its way to the books; null when all that can be known is known. */
export async function waitsFor(tx: Tx, { items }: FundingFile): Promise<WaitsFor | null> {
  const { rows } = await tx.query<{ batch: boolean; chargeback: boolean }>(
    `with item as (
       select distinct kind, terminal, batch, chargeback from json_to_recordset($1::json) as i(
         kind text, terminal text, batch text, chargeback text))
     select
       exists (select from item i
         where i.batch is not null and exists (select from devices d where d.terminal_id = i.terminal)
           and not exists (select from batches b
             where b.terminal_id = i.terminal and b.number = i.batch and b.state in ('closed', 'funded'))) as batch,
       exists (select from item i
         where i.chargeback is not null and not exists (select from disputes d
           where d.chargeback = i.chargeback and (i.kind = 'chargeback' or d.status = 'won' or d.round > 1))) as chargeback`,
    [JSON.stringify(items)],
  )
  const found = rows[0]
  if (found?.batch === true) return 'batch_not_closed'
  return found?.chargeback === true ? 'chargeback_not_known' : null
}
