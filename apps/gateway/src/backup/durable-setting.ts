import { must } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'

/** What counts as durable beyond the gateway's own disk (MP12). */
export type DurableSetting = 'none' | 'commit' | 'backup'

export async function readDurableSetting(db: Tx | Pool): Promise<DurableSetting> {
  const { rows } = await db.query<{ durable: DurableSetting }>('select durable from settings')
  return must(rows[0], 'the first migration writes the settings').durable
}

export async function writeDurableSetting(db: Tx | Pool, durable: DurableSetting): Promise<void> {
  await db.query('update settings set durable = $1', [durable])
}
