import type { Scope } from '../database/scope.ts'
import type { Tx } from '../database/transaction.ts'

/** Whether a key of this mode may say what counts in both: one for tests only until the account sells, by a live device. */
export async function speaksForBothModes(tx: Tx, { account, mode }: Scope): Promise<boolean> {
  if (mode === 'live') return true
  const { rowCount } = await tx.query(
    `select from devices where account = $1 and mode = 'live' and status = 'active' limit 1`,
    [account],
  )
  return rowCount === 0
}
