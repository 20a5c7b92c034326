import type { Tx } from '../database/transaction.ts'
import { NAMED_AS_EVIDENCE } from './named-as-evidence.ts'

/** So long a file that no dispute names is kept. */
export const UNUSED_FILES_KEPT_FOR_MS = 90 * 86_400_000
const AT_ONCE = 100

/**
 * Removes old files that no dispute names, some at a time; how many. Each is locked first and looked for in the disputes after
 * that: whoever names it as evidence locks it too, so either the dispute has it and it stays, or it is gone for both.
 */
export async function pruneFiles(tx: Tx, nowMs: number): Promise<number> {
  const { rows } = await tx.query<{ account: string; file: string }>(
    `select f.account, f.file from files f
     where f.created_ms < $1 and not ${NAMED_AS_EVIDENCE}
     order by f.created_ms limit $2 for update of f skip locked`,
    [nowMs - UNUSED_FILES_KEPT_FOR_MS, AT_ONCE],
  )
  if (rows.length === 0) return 0
  const { rowCount } = await tx.query(
    `delete from files f using unnest($1::text[], $2::text[]) as old(account, file)
     where f.account = old.account and f.file = old.file and not ${NAMED_AS_EVIDENCE}`,
    [rows.map(({ account }) => account), rows.map(({ file }) => file)],
  )
  return rowCount ?? 0
}
