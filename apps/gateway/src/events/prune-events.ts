import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { EVENTS_KEPT_FOR_MS } from './event-retention.ts'

const AT_ONCE = 500

/**
 * Forgets the oldest events that are over their time, with what was delivered of them; how many there were. What is still
 * asked of an event is kept apart first. One that is being delivered this moment waits for the next round. Any number of
 * processes may do this, and a kill in between takes back one round.
 */
export async function pruneEvents(tx: Tx, nowMs: number): Promise<number> {
  const { rows } = await tx.query<{ account: string; event: string }>({
    text: `select e.account, e.event from events e
      where e.published_ms is not null and e.created_ms < $1
        and not exists (select from webhook_deliveries d
          where d.account = e.account and d.event = e.event and d.claimed_until_ms > $2)
      order by e.created_ms limit $3 for update of e skip locked`,
    values: [nowMs - EVENTS_KEPT_FOR_MS, nowMs, AT_ONCE],
    types: numericTypes,
  })
  if (rows.length === 0) return 0
  const old = [rows.map(({ account }) => account), rows.map(({ event }) => event)]
  for (const statement of [KEEP_CANCELED, PRUNE_DELIVERIES, PRUNE]) await tx.query(statement, old)
  return rows.length
}

const KEEP_CANCELED = `
  insert into canceled_payments (account, payment, canceled_ms)
  select e.account, e.object_id, e.created_ms
  from unnest($1::text[], $2::text[]) as old(account, event) join events e using (account, event)
  join payments p on p.account = e.account and p.payment = e.object_id
  where e.event = 'evt_' || substr(e.object_id, 4) || '_canceled'
  on conflict do nothing`

const PRUNE_DELIVERIES = `
  delete from webhook_deliveries d using unnest($1::text[], $2::text[]) as old(account, event)
  where d.account = old.account and d.event = old.event`

const PRUNE = `
  delete from events e using unnest($1::text[], $2::text[]) as old(account, event)
  where e.account = old.account and e.event = old.event`
