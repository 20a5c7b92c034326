import type { DeviceTermsChange } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'

/**
 * What one device may do, in place of what all may; with its trace, in one transaction. Whether anybody bears the risk
 * is asked where the lease is made. False when there is no such device.
 */
export function changeDeviceTerms(
  pool: Pool,
  { device, terms, by }: DeviceTermsChange & { readonly device: string },
  { account, mode, keyPrefix, nowMs }: Scope & { readonly keyPrefix: string; readonly nowMs: number },
): Promise<boolean> {
  const after = terms === null ? null : JSON.stringify(terms)
  return transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ offline_terms: object | null }>(
      `select offline_terms from devices where account = $1 and mode = $2 and device = $3 for no key update`,
      [account, mode, device],
    )
    const [before] = rows
    if (before === undefined) return false
    await tx.query('update devices set offline_terms = $3 where account = $1 and device = $2', [
      account,
      device,
      after,
    ])
    const beforeText = before.offline_terms === null ? null : JSON.stringify(before.offline_terms)
    await tx.query(
      `insert into offline_policy_changes
         (account, device, changed_by, key_prefix, changed_ms, terms_before, terms_after)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [account, device, by, keyPrefix, nowMs, beforeText, after],
    )
    return true
  })
}
