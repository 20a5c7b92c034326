import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { BackupFacts } from './read-backup.ts'

export interface DeviceMark {
  readonly account: string
  readonly device: string
  /** Everything up to this record is in the backup, with the outcome of each of its payments. */
  readonly safeSeq: number
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

/**
 * Up to which of its records the device may forget, because a verified backup has them and what became of them; 0 when
 * none has.
 */
export async function backedUpSeq(db: Tx | Pool, account: string, device: string): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(
    'select safe_seq::float8 as seq from device_backups where account = $1 and device = $2',
    [account, device],
  )
  return rows[0]?.seq ?? 0
}

/**
 * In the backup's own snapshot. A record whose payment still waits for its outcome ends the safe part: after a restore
 * the device is the only one that can prove that outcome.
 */
export async function readDeviceMarks(tx: Tx): Promise<readonly DeviceMark[]> {
  const { rows } = await tx.query<DeviceMark>(`
    select d.account, d.device, least(d.received_seq, coalesce(w.seq - 1, d.received_seq))::float8 as "safeSeq"
    from devices d
    left join (
      select r.account, r.device, min(r.seq) as seq
      from payments p join records r on r.account = p.account and r.payment = p.payment
      where not p.outcome_sent and r.seq is not null
      group by r.account, r.device
    ) w on w.account = d.account and w.device = d.device`)
  return rows
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
    readonly devices: readonly DeviceMark[]
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
      `insert into device_backups (account, device, safe_seq, taken_at_ms)
       select v.account, v.device, v.seq, $4
       from unnest($1::text[], $2::text[], $3::bigint[]) as v(account, device, seq)
       join devices d on d.account = v.account and d.device = v.device
       where (select generation from settings) = $5
       order by v.account, v.device
       on conflict (account, device) do update
       set safe_seq = greatest(device_backups.safe_seq, excluded.safe_seq),
         taken_at_ms = greatest(device_backups.taken_at_ms, excluded.taken_at_ms)`,
      [
        devices.map(({ account }) => account),
        devices.map(({ device }) => device),
        devices.map(({ safeSeq }) => safeSeq),
        header.takenAtMs,
        header.generation,
      ],
    )
  })
  return true
}
