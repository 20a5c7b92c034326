import type { PageSource } from '../database/read-page.ts'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A published event, as it is told. */
export interface PublishedEvent {
  readonly event: string
  readonly type: string
  readonly mode: Mode
  readonly createdMs: number
  readonly snapshot: unknown
  readonly previousAttributes: unknown
  readonly pendingWebhooks: number
  /** The request of the merchant API that caused it, and the key that it was sent under; null for any other cause. */
  readonly request: string | null
  readonly idempotencyKey: string | null
}

/** In no particular order; those that are not published yet, or not of this account and mode, are left out. */
export async function findEvents(
  db: Tx,
  { account, mode }: { readonly account: string; readonly mode: Mode },
  ids: readonly string[],
): Promise<PublishedEvent[]> {
  const { rows } = await db.query<PublishedEvent>({
    text: `select e.event, e.type, e.mode, e.created_ms as "createdMs", e.snapshot,
        e.previous_attributes as "previousAttributes", e.request, e.idempotency_key as "idempotencyKey",
        (select count(*) from webhook_deliveries d
          where d.account = e.account and d.event = e.event and d.state = 'pending') as "pendingWebhooks"
      from events e
      where e.account = $1 and e.mode = $2 and e.event = any ($3) and e.published_ms is not null`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

export interface EventFilters {
  /** `charge.*` stands for all types that begin with `charge.`, as Stripe reads it; null for all. */
  readonly types: readonly string[] | null
  /** Whether every endpoint that wanted it has taken it; null for either. */
  readonly isDelivered: boolean | null
}

export function eventsSource(
  { account, mode }: { readonly account: string; readonly mode: Mode },
  { types, isDelivered }: EventFilters,
): PageSource {
  const named = types?.filter((type) => !type.endsWith('*')) ?? []
  const begun = types?.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1)) ?? []
  return {
    items: `select event as id, created_ms as at_ms from events e
      where account = $1 and mode = $2 and published_ms is not null
        and ($3 or e.type = any ($4::text[])
          or exists (select from unnest($5::text[]) as begun where starts_with(e.type, begun)))
        and ($6::boolean is null or $6 = not exists (select from webhook_deliveries d
          where d.account = e.account and d.event = e.event and d.state <> 'delivered'))`,
    values: [account, mode, types === null, named, begun, isDelivered],
  }
}
