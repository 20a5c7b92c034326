import type { Mode } from '@holdfast/protocol'
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface ApiKey {
  readonly account: string
  readonly mode: Mode
  readonly kind: 'secret' | 'publishable' | 'restricted'
  /** Of a restricted key, per resource; what is not named it may not touch. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>> | null
}

/** The last use of a key is kept to the hour, so that a busy one is no hot row. */
const USE_NOTED_EVERY_MS = 3_600_000

/** Null when it is unknown. Only the hash is looked up, so nothing is compared byte by byte. */
export async function findApiKey(pool: Pool, key: string, nowMs: number): Promise<ApiKey | 'revoked' | null> {
  const hash = sha256(key)
  const { rows } = await pool.query<ApiKey & { isRevoked: boolean; lastUsedMs: number | null }>({
    text: `select account, mode, kind, permissions, revoked_ms is not null as "isRevoked", last_used_ms as "lastUsedMs"
      from api_keys where sha256 = $1`,
    values: [hash],
    types: numericTypes,
  })
  const [row] = rows
  if (row === undefined) return null
  const { isRevoked, lastUsedMs, ...known } = row
  if (isRevoked) return 'revoked'
  if (lastUsedMs === null || lastUsedMs < nowMs - USE_NOTED_EVERY_MS)
    await pool.query('update api_keys set last_used_ms = $2 where sha256 = $1', [hash, nowMs])
  return known
}

/** `key` begins with its kind and mode, as `sk_test_`. Does nothing when it is already there. */
export async function storeApiKey(
  tx: Tx,
  key: string,
  { account, mode, kind, permissions = null, name = null }: ApiKey & { readonly name?: string | null },
  nowMs: number,
): Promise<void> {
  await tx.query(
    `insert into api_keys (account, sha256, kind, mode, prefix, permissions, name, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      account,
      sha256(key),
      kind,
      mode,
      key.slice(0, 12),
      permissions === null ? null : JSON.stringify(permissions),
      name,
      nowMs,
    ],
  )
}

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
