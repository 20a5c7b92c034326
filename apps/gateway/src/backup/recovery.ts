import { must } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'

/** What is still open of all that the last restore made the gateway forget. */
export interface Recovery {
  /** Active devices that have not yet sent again all that they hold. */
  readonly devicesAway: number
  /** Payments that a lost database may have taken further, and that wait for their device. */
  readonly paymentsInDoubt: number
  /** Payments that only a human can settle. */
  readonly paymentsForReview: number
}

export function isRecovered({ devicesAway, paymentsInDoubt, paymentsForReview }: Recovery): boolean {
  return devicesAway === 0 && paymentsInDoubt === 0 && paymentsForReview === 0
}

export async function readRecovery(db: Tx | Pool): Promise<Recovery> {
  const { rows } = await db.query<Recovery>(`
    select
      (select count(*) from devices d where d.status = 'active' and d.synced_generation < s.generation)::float8
        as "devicesAway",
      (select count(*) from payments p where p.due_ms is not null and p.attention is null and p.as_of < s.generation)::float8
        as "paymentsInDoubt",
      (select count(*) from payments p where p.attention = 'outcome_lost')::float8 as "paymentsForReview"
    from settings s`)
  return must(rows[0], 'the first migration writes the settings')
}
