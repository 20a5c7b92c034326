import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { BackupFacts } from './read-backup.ts'

export interface BackedUpDevice {
  readonly account: string
  readonly device: string
  /** What the device has sent up to here is in the backup. */
  readonly receivedSeq: number
}

export interface VerifiedBackup {
  readonly backup: string
  /** The moment of its snapshot. */
  readonly takenAtMs: number
  readonly verifiedAtMs: number
  readonly generation: number
  readonly fileName: string
  readonly bytes: number
}

/** The newest backup that was read back whole; null when there never was one. */
export async function lastVerifiedBackup(db: Tx | Pool): Promise<VerifiedBackup | null> {
  const { rows } = await db.query<VerifiedBackup>(
    `select backup, taken_at_ms::float8 as "takenAtMs", verified_at_ms::float8 as "verifiedAtMs", generation,
       file_name as "fileName", bytes::float8 as bytes
     from gateway_backups order by taken_at_ms desc limit 1`,
  )
  return rows[0] ?? null
}

/** The highest record number of the device that is inside a verified backup; 0 when none is. */
export async function backedUpSeq(db: Tx | Pool, account: string, device: string): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(
    'select received_seq::float8 as seq from device_backups where account = $1 and device = $2',
    [account, device],
  )
  return rows[0]?.seq ?? 0
}

/**
 * Says to the database what is in a backup; false where it cannot be told: a standby, or one that this version has not
 * migrated yet. A kill before it only means that the next backup says so.
 */
export async function recordBackup(
  pool: Pool,
  backup: {
    readonly facts: BackupFacts
    readonly fileName: string
    readonly verifiedAtMs: number
    readonly devices: readonly BackedUpDevice[]
  },
): Promise<boolean> {
  const { rows: able } = await pool.query<{ able: boolean }>(
    `select not pg_is_in_recovery() and to_regclass('device_backups') is not null as able`,
  )
  if (able[0]?.able !== true) return false
  const { facts, fileName, verifiedAtMs, devices } = backup
  const { header, bytes, sha256 } = facts
  await transaction(pool, async (tx) => {
    await tx.query(
      `insert into gateway_backups (backup, taken_at_ms, verified_at_ms, generation, file_name, bytes, sha256)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [header.backup, header.takenAtMs, verifiedAtMs, header.generation, fileName, bytes, sha256],
    )
    // A restore in between brings another generation, in which these numbers mean nothing; and devices may be gone.
    await tx.query(
      `insert into device_backups (account, device, received_seq, taken_at_ms)
       select v.account, v.device, v.seq, $4
       from unnest($1::text[], $2::text[], $3::bigint[]) as v(account, device, seq)
       join devices d on d.account = v.account and d.device = v.device
       where (select generation from settings) = $5
       order by v.account, v.device
       on conflict (account, device) do update
       set received_seq = greatest(device_backups.received_seq, excluded.received_seq),
         taken_at_ms = greatest(device_backups.taken_at_ms, excluded.taken_at_ms)`,
      [
        devices.map(({ account }) => account),
        devices.map(({ device }) => device),
        devices.map(({ receivedSeq }) => receivedSeq),
        header.takenAtMs,
        header.generation,
      ],
    )
  })
  return true
}
