import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { numericTypes } from '../database/sql-rows.ts'

/** Longer than any try can take; a killed process's deliveries are free again after it. */
const CLAIM_MS = 60_000
/** Of one endpoint at once, by one process. One that fails is asked for one at a time. */
const AT_ONCE = { healthy: 4, failing: 1 }

export type Lane = 'healthy' | 'failing'

export interface Delivery {
  readonly account: string
  readonly endpoint: string
  readonly mode: Mode
  readonly url: string
  readonly apiVersion: string | null
  readonly wrappedSecret: string
  readonly wrappedFormerSecret: string | null
  readonly formerSecretUntilMs: number | null
  readonly event: string
  /** This try; fences whoever was thought dead. */
  readonly claim: string
  readonly tries: number
  readonly sinceMs: number
}

export interface Claiming {
  readonly lane: Lane
  readonly nowMs: number
  readonly limit: number
  /** Names this process. */
  readonly owner: string
  /** How many of each endpoint are under way in this process. */
  readonly underWay: ReadonlyMap<string, number>
}

/**
 * Takes due deliveries of one lane: oldest first, but never more of an endpoint than its share. Endpoints that fail
 * have a lane of their own, so that however many hang, they wait for each other and for nobody else.
 */
export async function claimDeliveries(pool: Pool, claiming: Claiming): Promise<Delivery[]> {
  const { lane, nowMs, limit, owner, underWay } = claiming
  if (limit <= 0) return []
  const { rows } = await pool.query<Delivery>({
    text: CLAIM,
    values: [
      nowMs,
      lane === 'failing',
      AT_ONCE[lane],
      [...underWay.keys()],
      [...underWay.values()],
      limit,
      owner,
      nowMs + CLAIM_MS,
    ],
    types: numericTypes,
  })
  return rows
}

const CLAIM = `
  with open as materialized (
    select e.account, e.endpoint, $3::integer - coalesce(b.n, 0) as share
    from webhook_endpoints e
    left join unnest($4::text[], $5::integer[]) as b(endpoint, n) on b.endpoint = e.endpoint
    where e.status = 'enabled' and (e.failures > 0) = $2 and (e.hold_until_ms is null or e.hold_until_ms <= $1)
      and $3::integer > coalesce(b.n, 0)
  ), due as (
    select d.account, d.endpoint, d.event, d.due_ms from open cross join lateral (
      select account, endpoint, event, due_ms from webhook_deliveries
      where account = open.account and endpoint = open.endpoint and state = 'pending' and due_ms <= $1
        and (claimed_until_ms is null or claimed_until_ms <= $1)
      order by due_ms limit open.share for update skip locked
    ) d order by d.due_ms limit $6
  )
  update webhook_deliveries d set claim = concat_ws('/', $7::text, d.since_ms, d.tries + 1), claimed_until_ms = $8, tries = d.tries + 1
  from due join webhook_endpoints e on e.account = due.account and e.endpoint = due.endpoint
  where d.account = due.account and d.endpoint = due.endpoint and d.event = due.event
  returning d.account, d.endpoint, e.mode, e.url, e.api_version as "apiVersion",
    e.wrapped_secret as "wrappedSecret", e.wrapped_former_secret as "wrappedFormerSecret",
    e.former_secret_until_ms as "formerSecretUntilMs", d.event, d.claim, d.tries, d.since_ms as "sinceMs"`
