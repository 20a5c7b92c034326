import type { Recovery } from '@holdfast/protocol/account'
import { must } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export async function readAccountRecovery(pool: Pool, { account, mode }: Scope): Promise<Recovery> {
  const { rows } = await pool.query<Recovery>({
    text: RECOVERY,
    values: [account, mode],
    types: numericTypes,
  })
  return must(rows[0], 'the first migration writes the settings')
}

const RECOVERY = `
  select s.generation,
    (select json_build_object('atMs', r.restored_at_ms, 'backupTakenAtMs', r.backup_taken_at_ms)
      from gateway_restores r order by r.id desc limit 1) as restored,
    coalesce((select json_agg(json_build_object('device', d.device, 'name', d.name) order by d.device)
      from devices d
      where d.account = $1 and d.mode = $2 and d.status = 'active' and d.synced_generation < s.generation), '[]')
      as "devicesAway",
    (select count(*) from payments p where p.account = $1 and p.mode = $2 and p.due_ms is not null
      and p.attention is null and p.as_of < s.generation) as "paymentsInDoubt",
    (select count(*) from payments p where p.account = $1 and p.mode = $2 and p.attention = 'outcome_lost')
      as "paymentsForReview"
  from settings s`
