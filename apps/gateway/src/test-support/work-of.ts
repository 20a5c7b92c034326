import { must } from '@holdfast/core'
import type { Pool } from 'pg'

/** What `one`, a pool of one connection, and all before it have read of payments and their attempts. */
export async function workOf(one: Pool): Promise<{ blocks: number; scanned: number }> {
  await one.query('select pg_stat_force_next_flush()')
  const { rows } = await one.query<{ blocks: number; scanned: number }>(
    `select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::integer as blocks,
       sum(seq_tup_read)::integer as scanned
     from pg_statio_user_tables join pg_stat_user_tables using (relname)
     where relname in ('payments', 'attempts')`,
  )
  return must(rows[0], 'both tables are there')
}
