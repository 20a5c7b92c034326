import type { IdSource } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { SEEN_WITHIN_MS } from './last-seen.ts'

const AT_ONCE = 100

export interface Presence {
  readonly account: string
  readonly device: string
  readonly mode: Mode
  readonly state: 'online' | 'offline'
}

/**
 * Tells which devices have fallen silent and which are back, each change once: what was told is written with its event, and
 * a second process that comes to the same conclusion finds it told. `watchedSinceMs` is since when somebody has looked
 * without a break: while the gateway itself was away nobody could be heard, so no silence counts from before that.
 */
export async function tellPresence(
  tx: Tx,
  { watchedSinceMs, ids }: { readonly watchedSinceMs: number; readonly ids: IdSource },
): Promise<readonly Presence[]> {
  const atMs = ids.wallMs()
  const silentBeforeMs = atMs - SEEN_WITHIN_MS
  const { rows } = await tx.query<Presence>(CHANGES, [
    atMs,
    silentBeforeMs,
    watchedSinceMs <= silentBeforeMs,
    AT_ONCE,
  ])
  for (const { account, mode, device, state } of rows) {
    const event = { account, mode, type: `device.${state}`, object: 'device', id: device, atMs } as const
    await recordEvent(tx, { ...event, previousAttributes: { online: state === 'offline' } }, ids)
  }
  return rows
}

/** One that was never heard has nothing to be told of. */
const CHANGES = `
  with changed as (
    select d.account, d.device, case when seen.ms > $2 then 'online' else 'offline' end as state
    from devices d
    join leases l on l.account = d.account and l.device = d.device
    cross join lateral (select (l.payload::json ->> 'issuedAtMs')::bigint as ms) seen
    left join device_presence p on p.account = d.account and p.device = d.device
    where d.status = 'active'
      and case when seen.ms > $2 then p.state is distinct from 'online' else p.state = 'online' and $3 end
    limit $4
  ), told as (
    insert into device_presence (account, device, state, since_ms)
    select account, device, state, $1 from changed order by account, device
    on conflict (account, device) do update set state = excluded.state, since_ms = excluded.since_ms
      where device_presence.state <> excluded.state
    returning account, device, state
  )
  select t.account, t.device, d.mode, t.state from told t join devices d using (account, device)`
