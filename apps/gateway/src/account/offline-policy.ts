import { offlineTerms } from '@holdfast/protocol'
import type { OfflinePolicy, OfflinePolicyChange } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { defaultOfflineTerms } from '../devices/default-offline-terms.ts'
import { acceptOfflineLiability, LIABILITY_TEXT_VERSION } from '../devices/offline-liability.ts'
import type { Scope } from '../database/scope.ts'
import { speaksForBothModes } from './speaks-for-both-modes.ts'
import { numericTypes } from '../database/sql-rows.ts'

export type PolicyChanged =
  | { readonly ok: true; readonly policy: OfflinePolicy }
  | {
      readonly ok: false
      readonly code: 'offline_liability_not_accepted' | 'request_malformed' | 'livemode_mismatch'
      readonly param?: string
    }

export async function readOfflinePolicy(db: Pool | Tx, account: string): Promise<OfflinePolicy> {
  return policyOf(await readRow(db, account, ''))
}

/**
 * One transaction with its trace. Two people who change it at once take turns; the later one wins whole, as it was shown
 * the earlier one's or not. An account that would allow offline payments must have taken the risk on, before or with it.
 */
export function changeOfflinePolicy(
  pool: Pool,
  change: OfflinePolicyChange,
  from: Scope & { readonly keyPrefix: string; readonly nowMs: number },
): Promise<PolicyChanged> {
  const { account, keyPrefix, nowMs } = from
  const { terms, by, acceptLiability } = change
  return transaction(pool, async (tx) => {
    const before = await readRow(tx, account, 'for update')
    if (!(await speaksForBothModes(tx, from))) return { ok: false, code: 'livemode_mismatch' }
    const version = acceptLiability?.textVersion
    if (version !== undefined && version !== LIABILITY_TEXT_VERSION) {
      return { ok: false, code: 'request_malformed', param: 'acceptLiability.textVersion' }
    }
    const allowed = terms.allowed ?? defaultOfflineTerms.allowed
    if (allowed && before.liability === null && version === undefined) {
      return { ok: false, code: 'offline_liability_not_accepted', param: 'acceptLiability' }
    }
    await tx.query('update accounts set offline_terms = $2 where account = $1', [
      account,
      JSON.stringify(terms),
    ])
    if (version !== undefined) await acceptOfflineLiability(tx, account, { by, textVersion: version }, nowMs)
    await tx.query(
      `insert into offline_policy_changes
         (account, changed_by, key_prefix, changed_ms, terms_before, terms_after, liability_text)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [account, by, keyPrefix, nowMs, jsonOf(before.offline_terms), JSON.stringify(terms), version ?? null],
    )
    return { ok: true, policy: policyOf(await readRow(tx, account, '')) }
  })
}

interface PolicyRow {
  readonly offline_terms: object | null
  readonly liability: OfflinePolicy['liability']
  readonly changed: OfflinePolicy['changed']
}

async function readRow(db: Pool | Tx, account: string, lock: '' | 'for update'): Promise<PolicyRow> {
  const { rows } = await db.query<PolicyRow>({
    text: `
      select a.offline_terms,
        case when a.liability_by is not null then json_build_object('acceptedBy', a.liability_by,
          'acceptedMs', a.liability_ms, 'textVersion', a.liability_text) end as liability,
        (select json_build_object('by', c.changed_by, 'atMs', c.changed_ms) from offline_policy_changes c
          where c.account = a.account and c.device is null order by c.position desc limit 1) as changed
      from accounts a where a.account = $1 ${lock}`,
    values: [account],
    types: numericTypes,
  })
  const row = rows[0]
  if (row === undefined) throw new Error('a key is of an account')
  return row
}

function policyOf({ offline_terms: changes, liability, changed }: PolicyRow): OfflinePolicy {
  return {
    terms: offlineTerms.parse({ ...defaultOfflineTerms, ...changes }),
    changes: changes === null ? null : offlineTerms.partial().parse(changes),
    liability,
    liabilityTextVersion: LIABILITY_TEXT_VERSION,
    changed,
  }
}

function jsonOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}
