import { numericTypes } from '../../store/sql-rows.ts'
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
}

/** What takes payments and may be away: in events only, Stripe has nothing like it. */
export const deviceKind: ObjectKind = {
  async render(db, { account, mode }, ids) {
    const { rows } = await db.query<DeviceView>({
      text: `select device, name, location, terminal_id as "terminalId", status, stated_seq as "statedSeq",
          received_seq as "receivedSeq", created_ms as "createdMs"
        from devices where account = $1 and mode = $2 and device = any ($3)`,
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
          livemode: mode === 'live',
          location: row.location,
          name: row.name,
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
