import type { OfferedMethods } from '@holdfast/core'
import type { PaymentMethods, PaymentMethodsChange } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { speaksForBothModes } from './speaks-for-both-modes.ts'
import { transaction, type Tx } from '../database/transaction.ts'

/** Whose word it is: the account's where neither is named. */
export type MethodsPlace =
  | { readonly of: 'account' }
  | { readonly of: 'location'; readonly location: string }
  | { readonly of: 'device'; readonly device: string }

export async function readPaymentMethods(db: Pool | Tx, { account, mode }: Scope): Promise<PaymentMethods> {
  const { rows } = await db.query<PaymentMethods>(READ, [account, mode])
  const [methods] = rows
  if (methods === undefined) throw new Error('a key is of an account')
  return methods
}

/**
 * With its trace, in one transaction. Null when it is done; `not_found` when there is no such place in this mode,
 * `livemode_mismatch` for a test key at a place where live devices go by the same word.
 */
export function changePaymentMethods(
  pool: Pool,
  place: MethodsPlace,
  { offered, by }: PaymentMethodsChange,
  { account, mode, keyPrefix, nowMs }: Scope & { readonly keyPrefix: string; readonly nowMs: number },
): Promise<'not_found' | 'livemode_mismatch' | null> {
  const location = place.of === 'location' ? place.location : null
  const device = place.of === 'device' ? place.device : null
  const after = offered === null ? null : JSON.stringify(offered)
  return transaction(pool, async (tx) => {
    const key = { account: [account], location: [account, location, mode], device: [account, device, mode] }
    const found = await tx.query<PlaceRow>(LOCK[place.of], key[place.of])
    const [before] = found.rows
    if (before === undefined) return 'not_found'
    if (before.of_both && !(await speaksForBothModes(tx, { account, mode }))) return 'livemode_mismatch'
    await tx.query(CHANGE[place.of], [after, ...key[place.of].slice(0, 2)])
    const beforeText = before.methods_offered === null ? null : JSON.stringify(before.methods_offered)
    await tx.query(
      `insert into payment_method_changes
         (account, location, device, changed_by, key_prefix, changed_ms, methods_before, methods_after)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [account, location, device, by, keyPrefix, nowMs, beforeText, after],
    )
    return null
  })
}

interface PlaceRow {
  readonly methods_offered: OfferedMethods | null
  readonly of_both: boolean
}

const LOCK = {
  account: 'select methods_offered, true as of_both from accounts where account = $1 for no key update',
  location: `select methods_offered, mode is null as of_both from locations
    where account = $1 and location = $2 and (mode is null or mode = $3) and deleted_ms is null for no key update`,
  device: `select methods_offered, false as of_both from devices
    where account = $1 and device = $2 and mode = $3 for no key update`,
}

const CHANGE = {
  account: 'update accounts set methods_offered = $1 where account = $2',
  location: 'update locations set methods_offered = $1 where account = $2 and location = $3',
  device: 'update devices set methods_offered = $1 where account = $2 and device = $3',
}

const READ = `
  select a.methods_offered as account,
    coalesce((
      select json_agg(json_build_object('location', l.location, 'name', l.name, 'offered', l.methods_offered)
        order by l.name, l.location)
      from locations l where l.account = a.account and (l.mode is null or l.mode = $2) and l.deleted_ms is null), '[]')
      as locations,
    coalesce((
      select json_agg(json_build_object('device', d.device, 'name', d.name, 'location', d.location,
        'offered', d.methods_offered,
        'inForce', coalesce(d.methods_offered, l.methods_offered, a.methods_offered)) order by d.name, d.device)
      from devices d join locations l using (account, location)
      where d.account = a.account and d.mode = $2 and d.status = 'active'), '[]') as devices
  from accounts a where a.account = $1`
