import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { type ApiKey, findApiKey } from '../../../api-keys/api-keys.ts'
import { readProgramKey } from '../../../http/read-program-key.ts'
import {
  keyInvalid,
  keyMissing,
  keyRevoked,
  permissionMissing,
  secretKeyRequired,
  type StripeRefusal,
} from '../stripe-refusal.ts'
import type { Permission } from './operation.ts'

/** Who asks, by a key that may call from a server. */
export type Caller = ApiKey & { readonly key: string }

export async function authenticate(
  { pool, nowMs }: { readonly pool: Pool; readonly nowMs: number },
  request: Pick<FastifyRequest, 'headers'>,
): Promise<{ readonly caller: Caller } | { readonly refusal: StripeRefusal }> {
  const key = readProgramKey(request)
  if (key === null) return { refusal: keyMissing() }
  const known = await findApiKey(pool, key, nowMs)
  if (known === null) return { refusal: keyInvalid(key) }
  if (known === 'revoked') return { refusal: keyRevoked(key) }
  return known.kind === 'publishable' ? { refusal: secretKeyRequired() } : { caller: { ...known, key } }
}

/** Null when the key may do it; a secret key may do everything. */
export function lackingPermission(caller: Caller, { resource, access }: Permission): StripeRefusal | null {
  if (caller.kind === 'secret') return null
  const granted = caller.permissions?.[resource]
  if (granted === 'write' || granted === access) return null
  return permissionMissing(caller.key, caller.account, `rak_${resource}_${access}`)
}
