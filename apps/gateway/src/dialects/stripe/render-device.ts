import { SEEN_WITHIN_MS } from '../../devices/last-seen.ts'
import { numericTypes } from '../../database/sql-rows.ts'
import type { ObjectKind } from './platform/object-kinds.ts'

interface DeviceView {
  readonly device: string
  readonly name: string
  readonly location: string
  readonly terminalId: string
  readonly status: 'active' | 'revoked'
  readonly statedSeq: number
  readonly receivedSeq: number
  readonly createdMs: number
  /** When it was last in contact, to a minute; null for never. */
  readonly lastSeenMs: number | null
}

/** What takes payments and may be away: in events only, Stripe has nothing like it. */
export const deviceKind: ObjectKind = {
  async render(db, { account, mode, nowMs }, ids) {
    const { rows } = await db.query<DeviceView>({
      text: `select d.device, d.name, d.location, d.terminal_id as "terminalId", d.status, d.stated_seq as "statedSeq",
          d.received_seq as "receivedSeq", d.created_ms as "createdMs",
          (l.payload::json ->> 'issuedAtMs')::bigint as "lastSeenMs"
        from devices d left join leases l using (account, device)
        where d.account = $1 and d.mode = $2 and d.device = any ($3)`,
      values: [account, mode, ids],
      types: numericTypes,
    })
    return new Map(
      rows.map((row) => [
        row.device,
        {
          id: row.device,
          object: 'device',
          created: Math.floor(row.createdMs / 1_000),
          last_seen_at: row.lastSeenMs === null ? null : Math.floor(row.lastSeenMs / 1_000),
          livemode: mode === 'live',
          location: row.location,
          name: row.name,
          online: row.lastSeenMs !== null && row.lastSeenMs > nowMs - SEEN_WITHIN_MS,
          /** Records that it has stated and that are not in yet. */
          records_missing: Math.max(0, row.statedSeq - row.receivedSeq),
          status: row.status,
          terminal_id: row.terminalId,
        },
      ]),
    )
  },
  expandable: {},
}
