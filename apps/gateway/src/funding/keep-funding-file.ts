import type { Pool } from 'pg'
import { createHash } from 'node:crypto'
import type { Tx } from '../database/transaction.ts'
import { readFundingFile } from './read-funding-file.ts'

export type KeptFundingFile =
  | 'waiting'
  | 'known'
  /** For a human, with the reason. */
  | 'set_aside'

/**
 * Writes down a file as it came, before anything follows from it. One that is damaged, or that says something else than
 * what was applied under its name, is kept for a human. Told again it is known.
 */
export async function keepFundingFile(
  tx: Pool | Tx,
  { file, body, nowMs }: { readonly file: string; readonly body: string; readonly nowMs: number },
): Promise<KeptFundingFile> {
  // What no text column holds is damage all the same.
  const text = body.replaceAll('\u0000', '\uFFFD')
  const sha256 = createHash('sha256').update(text).digest('hex')
  const read = readFundingFile(text, file)
  const { rows } = await tx.query<{ state: 'waiting' | 'set_aside' }>(
    `insert into funding_files (file, sha256, body, state, why, received_ms)
     select $1, $2, $3, case when w.why is null then 'waiting' else 'set_aside' end, w.why, $5
     from (select coalesce($4, (select 'file_said_otherwise_before' from funding_files
       where file = $1 and sha256 <> $2 and state <> 'set_aside' limit 1)) as why) as w
     on conflict (file, sha256) do nothing returning state`,
    [file, sha256, text, read.ok ? null : read.damage, nowMs],
  )
  return rows[0]?.state ?? 'known'
}
