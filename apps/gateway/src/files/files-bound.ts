import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { Tx } from '../database/transaction.ts'
import { NAMED_AS_EVIDENCE } from './named-as-evidence.ts'

/** How much of what it has uploaded, and what no dispute names, an account may have in each mode. */
export interface FilesBound {
  readonly countMax: number
  readonly bytesMax: number
}

export const defaultFilesBound: FilesBound = { countMax: 1_000, bytesMax: 1_024 ** 3 }

/**
 * Whether one more file fits; two that are uploaded at once take turns. What is evidence does not count: there are never more
 * of those than disputes have fields, and a merchant who answers a dispute is not held up by those answered before.
 */
export async function hasRoomForFile(
  tx: Tx,
  { account, mode }: Scope,
  bytes: number,
  { countMax, bytesMax }: FilesBound,
): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 3))', [`${account}/${mode}`])
  const { rows } = await tx.query<{ count: number; bytes: number }>({
    text: `select count(*) as count, coalesce(sum(length(f.content)), 0) as bytes from files f
      where f.account = $1 and f.mode = $2 and not ${NAMED_AS_EVIDENCE}`,
    values: [account, mode],
    types: numericTypes,
  })
  const [kept = { count: 0, bytes: 0 }] = rows
  return kept.count < countMax && kept.bytes + bytes <= bytesMax
}
