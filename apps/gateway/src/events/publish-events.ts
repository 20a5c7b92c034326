import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import type { Scope } from '../database/scope.ts'
import { expandEvents } from './expand-events.ts'
import type { OutboxRow } from './outbox-row.ts'

/** In one transaction; small enough to be over long before anybody waits for it. */
const BATCH = 100

/** Objects of one kind as the dialect shows them, by id; those that it does not know are left out. */
type RenderObjects = (
  db: Tx,
  viewing: Scope & { readonly nowMs: number; readonly gatewayUrl: string },
  kind: string,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, unknown>>

export interface Publishing {
  /** What else follows from events, in the transaction that publishes them. */
  readonly follow?: (tx: Tx, rows: readonly OutboxRow[], nowMs: number) => Promise<void>
  readonly pool: Pool
  readonly nowMs: () => number
  readonly log: Log
  readonly render: RenderObjects
  /** For links in what is shown: nobody has asked for it here, so no request says it. */
  readonly gatewayUrl: string
}

/**
 * Takes the next events of the outbox, keeps beside each what its object looks like now, and writes one delivery for
 * each endpoint that wants it: one transaction, so an event is published wholly or not at all, and once. Any number of
 * processes may do this. How many there were.
 *
 * The snapshot is made here and not with the cause, because intake and authoriser would pay for it: a rendered payment
 * is several times its own rows, in each commit, and what they hold meanwhile is the row of a device. The price is that
 * the snapshot may already show what happened next; it is never older than the event.
 */
export async function publishEvents(publishing: Publishing): Promise<number> {
  const { pool, nowMs, follow } = publishing
  return transaction(pool, async (tx) => {
    const { rows } = await tx.query<OutboxRow>(
      `select account, event, mode, type, object, object_id as "objectId" from events where published_ms is null
       order by position limit $1 for update skip locked`,
      [BATCH],
    )
    if (rows.length === 0) return 0
    const groups = Map.groupBy(rows, ({ account, mode, object }) => `${account} ${mode} ${object}`)
    const snapshots = new Map<OutboxRow, string>()
    for (const group of groups.values()) {
      const shown = await renderSafely(tx, publishing, group)
      for (const row of group) {
        const bare = { id: row.objectId, object: row.object }
        snapshots.set(row, JSON.stringify(shown.get(row.objectId) ?? bare))
      }
    }
    await tx.query(
      `update events e set snapshot = v.snapshot::json, published_ms = $4
       from unnest($1::text[], $2::text[], $3::text[]) as v(account, event, snapshot)
       where e.account = v.account and e.event = v.event`,
      [
        rows.map((row) => row.account),
        rows.map((row) => row.event),
        rows.map((row) => snapshots.get(row)),
        nowMs(),
      ],
    )
    await addDeliveries(tx, rows, nowMs())
    await expandEvents(tx, rows)
    await follow?.(tx, rows, nowMs())
    return rows.length
  })
}

/** An object that cannot be rendered must not hold up all others: its events go out with kind and id alone. */
async function renderSafely(
  tx: Tx,
  { render, log, nowMs, gatewayUrl }: Publishing,
  group: readonly OutboxRow[],
): Promise<ReadonlyMap<string, unknown>> {
  const [first] = group
  if (first === undefined) return new Map()
  const ids = [...new Set(group.map((row) => row.objectId))]
  await tx.query('savepoint rendering')
  try {
    const { account, mode, object } = first
    return await render(tx, { account, mode, nowMs: nowMs(), gatewayUrl }, object, ids)
  } catch (error) {
    await tx.query('rollback to savepoint rendering')
    log.error({ object: first.object, ids, error: String(error) }, 'objects of events not rendered')
    return new Map()
  }
}

async function addDeliveries(tx: Tx, rows: readonly OutboxRow[], nowMs: number): Promise<void> {
  await tx.query(
    `insert into webhook_deliveries (account, endpoint, event, state, due_ms, since_ms)
     select e.account, w.endpoint, e.event, 'pending', $3, $3
     from unnest($1::text[], $2::text[]) as v(account, event)
     join events e using (account, event)
     join webhook_endpoints w on w.account = e.account and w.mode = e.mode
     where w.status = 'enabled' and w.enabled_events && array['*', e.type]
     on conflict do nothing`,
    [rows.map((row) => row.account), rows.map((row) => row.event), nowMs],
  )
}
