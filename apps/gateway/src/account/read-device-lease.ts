import { parseJson } from '@holdfast/envelope'
import { lease as leaseSchema, offlineTerms } from '@holdfast/protocol'
import type { AccountLease } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'

/** Null when there is no such device. */
export async function readDeviceLease(
  pool: Pool,
  scope: Scope,
  device: string,
): Promise<AccountLease | null> {
  const row = await findDevice(pool, scope, device)
  if (row === null) return null
  const held = row.lease === null ? null : leaseSchema.safeParse(parseJson(row.lease))
  return {
    lease: held?.success === true ? held.data : null,
    terms: row.terms === null ? null : offlineTerms.partial().parse(row.terms),
  }
}

interface DeviceRow {
  readonly lease: string | null
  readonly terms: object | null
}

export async function findDevice(
  db: Pool | Tx,
  { account, mode }: Scope,
  device: string,
): Promise<DeviceRow | null> {
  const { rows } = await db.query<DeviceRow>(
    `select l.payload as lease, d.offline_terms as terms from devices d left join leases l using (account, device)
     where d.account = $1 and d.mode = $2 and d.device = $3`,
    [account, mode, device],
  )
  return rows[0] ?? null
}
