import { parseJson } from '@holdfast/envelope'
import { lease } from '@holdfast/protocol'
import type { AccountDevice } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

interface Row extends Omit<AccountDevice, 'lastContactMs'> {
  readonly lease: string | null
}

/** Oldest first. */
export async function listDevices(pool: Pool, { account, mode }: Scope): Promise<AccountDevice[]> {
  const { rows } = await pool.query<Row>({ text: DEVICES, values: [account, mode], types: numericTypes })
  return rows.map(({ lease: payload, ...row }) => {
    const held = payload === null ? null : lease.safeParse(parseJson(payload))
    return { ...row, lastContactMs: held?.success === true ? held.data.issuedAtMs : null }
  })
}

const DEVICES = `
  select d.device, d.name, d.location, d.terminal_id as "terminalId", d.status, l.payload as lease,
    d.stated_seq as "statedSeq", d.received_seq as "receivedSeq",
    greatest(d.stated_seq - d.received_seq, 0) as missing, coalesce(b.safe_seq, 0) as "backedUpSeq",
    d.synced_generation >= s.generation as "isInStep"
  from devices d
  cross join settings s
  left join leases l using (account, device)
  left join device_backups b using (account, device)
  where d.account = $1 and d.mode = $2
  order by d.created_ms, d.device`
