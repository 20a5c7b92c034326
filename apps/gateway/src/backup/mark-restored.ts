import { must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'

/** 2020-01-01T00:00:00Z; what has been counted since in seconds fits PostgreSQL's integer until 2088. */
const EPOCH_MS = 1_577_836_800_000
/** Far beyond what a link uses between a backup and the loss of what came after it. */
const STANS_SKIPPED = 400_000
const STANS = 999_999

export interface Restored {
  readonly restoredAtMs: number
  readonly backupTakenAtMs: number
  /** The generation of the database that is given up; 0 when nobody knows it any more. */
  readonly knownGeneration: number
}

/**
 * In the restore's own transaction: the database that is being made becomes a new generation, so that devices read
 * their feed again and tell what the gateway forgot. One backup may be restored twice on two machines that know nothing
 * of each other, and no device may take one for the other: so the number comes from the clock, and only ever rises.
 */
export async function markRestored(
  tx: Tx,
  { restoredAtMs, backupTakenAtMs, knownGeneration }: Restored,
): Promise<{ readonly fromGeneration: number; readonly toGeneration: number }> {
  const sinceEpoch = Math.max(0, Math.floor((restoredAtMs - EPOCH_MS) / 1_000))
  const { rows } = await tx.query<{ from: number }>(
    'select greatest(generation, $1::integer) as from from settings',
    [knownGeneration],
  )
  const { from: fromGeneration } = must(rows[0], 'the first migration writes the settings')
  const toGeneration = Math.max(fromGeneration + 1, sinceEpoch)
  await tx.query('update settings set generation = $1', [toGeneration])
  await tx.query(
    `insert into gateway_restores (restored_at_ms, backup_taken_at_ms, from_generation, to_generation)
     values ($1, $2, $3, $4)`,
    [restoredAtMs, backupTakenAtMs, fromGeneration, toGeneration],
  )
  // No process of before may go on sending by an ownership that it remembers, and no number that the acquirer has seen
  // today may be given to another payment.
  await tx.query(
    `update links set owner = 'restored', until_ms = 0, generation = greatest(generation + 1, $1::integer),
       stan_next = ((stan_next - 1 + ${STANS_SKIPPED}) % ${STANS}) + 1`,
    [sinceEpoch],
  )
  return { fromGeneration, toGeneration }
}
