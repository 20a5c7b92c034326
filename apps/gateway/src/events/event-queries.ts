import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../store/sql-rows.ts'

/** A published event, as it is told. */
export interface PublishedEvent {
  readonly event: string
  readonly type: string
  readonly mode: Mode
  readonly createdMs: number
  readonly snapshot: unknown
  readonly previousAttributes: unknown
  readonly pendingWebhooks: number
}

/** In no particular order; those that are not published yet, or not of this account and mode, are left out. */
export async function findEvents(
  db: Tx,
  { account, mode }: { readonly account: string; readonly mode: Mode },
  ids: readonly string[],
): Promise<PublishedEvent[]> {
  const { rows } = await db.query<PublishedEvent>({
    text: `select e.event, e.type, e.mode, e.created_ms as "createdMs", e.snapshot,
        e.previous_attributes as "previousAttributes",
        (select count(*) from webhook_deliveries d
          where d.account = e.account and d.event = e.event and d.state = 'pending') as "pendingWebhooks"
      from events e
      where e.account = $1 and e.mode = $2 and e.event = any ($3) and e.published_ms is not null`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}
