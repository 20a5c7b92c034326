import type { Mode } from '@holdfast/protocol'
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'

export interface ApiKey {
  readonly account: string
  readonly mode: Mode
  readonly kind: 'secret' | 'publishable' | 'restricted'
  /** Of a restricted key, per resource; what is not named it may not touch. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>> | null
}

/** Null when it is unknown. Only the hash is looked up, so nothing is compared byte by byte. */
export async function findApiKey(
  pool: Pool,
  key: string,
): Promise<(ApiKey & { readonly isRevoked: boolean }) | null> {
  const { rows } = await pool.query<ApiKey & { isRevoked: boolean }>(
    `select account, mode, kind, permissions, revoked_ms is not null as "isRevoked"
     from api_keys where sha256 = $1`,
    [sha256(key)],
  )
  return rows[0] ?? null
}

/** `key` begins with its kind and mode, as `sk_test_`. Does nothing when it is already there. */
export async function storeApiKey(
  tx: Tx,
  key: string,
  { account, mode, kind, permissions = null }: ApiKey,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `insert into api_keys (account, sha256, kind, mode, prefix, permissions, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      account,
      sha256(key),
      kind,
      mode,
      key.slice(0, 12),
      permissions === null ? null : JSON.stringify(permissions),
      nowMs,
    ],
  )
}

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
