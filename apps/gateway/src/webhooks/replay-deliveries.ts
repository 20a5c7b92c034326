import type { Tx } from '../database/transaction.ts'

export interface Replay {
  readonly account: string
  readonly endpoint: string
  readonly nowMs: number
  /** These only; absent for all that the rest allows. */
  readonly events?: readonly string[]
  /** Events that were made from then on, Unix milliseconds; absent for all. */
  readonly sinceMs?: number
  /** Only what was given up or never asked for, as by an endpoint that was disabled; not what was taken before. */
  readonly missedOnly: boolean
}

/**
 * Has events delivered once more, with the same ids, and counts their days anew. Also those that the endpoint was not
 * yet there for, or was disabled for. How many.
 */
export async function replayDeliveries(tx: Tx, replay: Replay): Promise<number> {
  const { account, endpoint, nowMs, events = null, sinceMs = 0, missedOnly } = replay
  const { rowCount } = await tx.query(
    `insert into webhook_deliveries as d (account, endpoint, event, state, due_ms, since_ms)
     select e.account, w.endpoint, e.event, 'pending', $3, $3
     from webhook_endpoints w join events e on e.account = w.account and e.mode = w.mode
     where w.account = $1 and w.endpoint = $2 and e.published_ms is not null and e.created_ms >= $5
       and ($4::text[] is null or e.event = any ($4)) and w.enabled_events && array['*', e.type]
     on conflict (account, endpoint, event) do update set
       state = 'pending', due_ms = excluded.due_ms, since_ms = excluded.since_ms, tries = 0,
       claim = null, claimed_until_ms = null
     where d.state = 'failed' or (d.state = 'delivered' and not $6)`,
    [account, endpoint, nowMs, events, sinceMs, missedOnly],
  )
  return rowCount ?? 0
}
