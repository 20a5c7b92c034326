import { type Crypto, must, type SigningKey, toBase64Url, type X25519Pair } from '@holdfast/core'
import { generateNodeKey, keyIdOf, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import type { GatewaySecrets } from './gateway-secrets.ts'
import { unwrapKey, wrapKey } from './wrap-key.ts'

/** Any fixed number: processes that start at once on a new database make one pair of keys between them. */
const ADVISORY_LOCK = 7_201_944_183

/**
 * The gateway's own keys out of the database, made at the first start. Throws when they were wrapped under another
 * secret: new ones would make every stored card unreadable, so that is never done quietly.
 */
export async function loadGatewayKeys(
  pool: Pool,
  crypto: Crypto,
  secrets: GatewaySecrets,
  nowMs: number,
): Promise<GatewayKeys> {
  const rows = await transaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    for (const purpose of ['signing', 'sealing'] as const) {
      const known = await tx.query(
        'select from gateway_keys where purpose = $1 and retired_ms is null limit 1',
        [purpose],
      )
      if (known.rowCount === 0) await createKey(tx, { crypto, secrets, purpose, nowMs })
    }
    const all = await tx.query<KeyColumns>(
      `select key_id, purpose, public_key, wrapped_private, retired_ms is not null as retired
       from gateway_keys order by created_ms desc, key_id`,
    )
    return all.rows
  })

  const sealing = new Map<string, X25519Pair>()
  const signers = new Map<string, SigningKey>()
  let signing: SigningKey | null = null
  for (const row of rows) {
    const pkcs8 = await unwrapKey(
      crypto,
      secrets.wrappingKey,
      nameOf(row.purpose, row.key_id),
      row.wrapped_private,
    )
    if (pkcs8 === null) {
      throw new Error(
        `The gateway's key ${row.key_id} cannot be opened: the gateway secret is not the one this database was made with. ` +
          'Restore the secret; without it no stored card can be read.',
      )
    }
    if (row.purpose === 'sealing') sealing.set(row.key_id, nodeX25519Pair(pkcs8))
    else {
      const key = nodeSigningKey(pkcs8)
      signers.set(row.key_id, key)
      if (!row.retired) signing ??= key
    }
  }
  const current = rows.filter((row) => row.purpose === 'sealing' && !row.retired)
  return {
    signing: must(signing, 'a signing key was made'),
    signingKey: (keyId) => signers.get(keyId) ?? null,
    signingPublicKeys: publicKeys(rows.filter((row) => row.purpose === 'signing')),
    sealKey: (keyId) => sealing.get(keyId) ?? null,
    vaultKey: secrets.vaultKey,
    sealPublicKeys: publicKeys(current),
  }
}

/**
 * From now on a new key signs, or is sealed to; processes that run take it up at their next start. The old one is kept:
 * devices that are away still seal to it, and believe nothing else until their next lease, which it signs.
 */
export async function rotateGatewayKey(
  pool: Pool,
  making: { crypto: Crypto; secrets: GatewaySecrets; purpose: Purpose; nowMs: number },
): Promise<void> {
  const { purpose, nowMs } = making
  await transaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    await tx.query(
      'update gateway_keys set retired_ms = greatest($2, created_ms) where purpose = $1 and retired_ms is null',
      [purpose, nowMs],
    )
    await createKey(tx, making)
  })
}

export interface WrappedKey {
  readonly keyId: string
  readonly purpose: Purpose
  readonly wrappedPrivate: string
}

/** The id of the first key that these secrets do not open; null when they open all. */
export async function firstKeyNotOpened(
  crypto: Crypto,
  secrets: GatewaySecrets,
  keys: readonly WrappedKey[],
): Promise<string | null> {
  for (const { keyId, purpose, wrappedPrivate } of keys) {
    const opened = await unwrapKey(crypto, secrets.wrappingKey, nameOf(purpose, keyId), wrappedPrivate)
    if (opened === null) return keyId
  }
  return null
}

/** As they are in the database: without the gateway secret they open nothing. */
export async function readWrappedKeys(db: Tx | Pool): Promise<readonly WrappedKey[]> {
  const { rows } = await db.query<WrappedKey>(
    `select key_id as "keyId", purpose, wrapped_private as "wrappedPrivate" from gateway_keys
     order by created_ms, key_id`,
  )
  return rows
}

function publicKeys(rows: readonly KeyColumns[]): { keyId: string; publicKey: string }[] {
  return rows.map((row) => ({ keyId: row.key_id, publicKey: row.public_key }))
}

export type Purpose = 'signing' | 'sealing'

interface KeyColumns {
  readonly key_id: string
  readonly purpose: Purpose
  readonly public_key: string
  readonly wrapped_private: string
  readonly retired: boolean
}

async function createKey(
  tx: Tx,
  making: { crypto: Crypto; secrets: GatewaySecrets; purpose: Purpose; nowMs: number },
): Promise<void> {
  const { crypto, secrets, purpose, nowMs } = making
  const pkcs8 = generateNodeKey(purpose === 'signing' ? 'ed25519' : 'x25519', crypto.randomBytes(32))
  const { publicKey } = purpose === 'signing' ? nodeSigningKey(pkcs8) : nodeX25519Pair(pkcs8)
  const keyId = keyIdOf(publicKey)
  await tx.query(
    `insert into gateway_keys (key_id, purpose, public_key, wrapped_private, created_ms)
     values ($1, $2, $3, $4, $5)`,
    [
      keyId,
      purpose,
      toBase64Url(publicKey),
      await wrapKey(crypto, secrets.wrappingKey, nameOf(purpose, keyId), pkcs8),
      nowMs,
    ],
  )
}

function nameOf(purpose: Purpose, keyId: string): string {
  return `holdfast-${purpose}-key-v1/${keyId}`
}
