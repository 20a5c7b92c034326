import type { IdSource } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import type { OutboxRow } from '../events/outbox-row.ts'

const AT_ONCE = 100

/** Stored payments of these devices have come in: when nothing of theirs is missing any more, that is told. */
export async function noteQueues(tx: Tx, rows: readonly OutboxRow[], nowMs: number): Promise<void> {
  const received = rows.filter(({ type }) => type === 'offline_payment.received')
  if (received.length === 0) return
  await tx.query(
    `insert into device_queues (account, device, since_ms)
     select distinct p.account, p.device, $3::bigint
     from unnest($1::text[], $2::text[]) as came(account, payment) join payments p using (account, payment)
     order by p.account, p.device
     on conflict do nothing`,
    [received.map(({ account }) => account), received.map(({ objectId }) => objectId), nowMs],
  )
}

/** Tells of queues of which the gateway has everything that their device has stated, once each; how many there were. */
export async function tellDrained(tx: Tx, ids: IdSource): Promise<number> {
  const { rows } = await tx.query<{ account: string; device: string; mode: Mode }>(
    `delete from device_queues q using devices d
     where d.account = q.account and d.device = q.device and (q.account, q.device) in (
       select q.account, q.device from device_queues q join devices d using (account, device)
       where d.received_seq >= d.stated_seq limit $1 for update of q skip locked)
     returning q.account, q.device, d.mode`,
    [AT_ONCE],
  )
  const atMs = ids.wallMs()
  for (const { account, device, mode } of rows)
    await recordEvent(
      tx,
      { account, mode, type: 'device.queue_drained', object: 'device', id: device, atMs },
      ids,
    )
  return rows.length
}
