import { toBase64Url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { loadGatewayKeys, rotateGatewayKey } from './gateway-keys.ts'
import { parseGatewaySecrets } from './gateway-secrets.ts'

const secrets = parseGatewaySecrets(toBase64Url(new Uint8Array(32).fill(1)))
const otherSecrets = parseGatewaySecrets(toBase64Url(new Uint8Array(32).fill(2)))
const database = sharedDatabase()

const load = () => loadGatewayKeys(database().pool, nodeCrypto, secrets, 1_800_000_000_000)

test('the first start makes the keys, every later one finds the same', async () => {
  const first = await load()
  const second = await load()
  expect(second.signing.keyId).toBe(first.signing.keyId)
  expect(second.sealPublicKeys).toEqual(first.sealPublicKeys)
  const [{ keyId, publicKey } = { keyId: '', publicKey: '' }] = first.sealPublicKeys
  expect(toBase64Url(second.sealKey(keyId)?.publicKey ?? new Uint8Array())).toBe(publicKey)
  expect(second.sealKey('unknown')).toBeNull()
})

test('processes that start at once agree on one pair of keys', async () => {
  const loaded = await Promise.all([load(), load(), load(), load()])
  expect(new Set(loaded.map((keys) => keys.signing.keyId)).size).toBe(1)
  const { rows } = await database().pool.query('select purpose from gateway_keys order by purpose')
  expect(rows).toEqual([{ purpose: 'sealing' }, { purpose: 'signing' }])
})

test('another secret opens nothing, and makes no new keys beside the old ones', async () => {
  await load()
  const attempt = loadGatewayKeys(database().pool, nodeCrypto, otherSecrets, 1_800_000_000_001)
  await expect(attempt).rejects.toThrow('cannot be opened')
  const { rowCount } = await database().pool.query('select from gateway_keys')
  expect(rowCount).toBe(2)
})

test('a retired sealing key still opens, and nothing new is sealed to it', async () => {
  const before = await load()
  const old = before.sealPublicKeys[0]?.keyId ?? ''
  await database().pool.query(`update gateway_keys set retired_ms = created_ms where key_id = $1`, [old])
  const after = await load()
  expect(after.sealKey(old)).not.toBeNull()
  expect(after.sealPublicKeys.map((key) => key.keyId)).not.toContain(old)
  expect(after.sealPublicKeys).toHaveLength(1)
})

test('no private half is in the database as it is', async () => {
  const keys = await load()
  const { rows } = await database().pool.query<{ wrapped_private: string }>(
    'select wrapped_private from gateway_keys',
  )
  // The DER around an Ed25519 or X25519 private key begins alike in every one.
  for (const { wrapped_private: wrapped } of rows)
    expect(Buffer.from(wrapped, 'base64url').toString('hex')).not.toContain('302e020100300506032b65')
  expect(JSON.stringify(rows)).not.toContain(toBase64Url(keys.vaultKey))
})

test('fault 67: after a rotation a new key signs, and every old one still opens and introduces', async () => {
  const before = await load()
  const making = { crypto: nodeCrypto, secrets, nowMs: 1_800_000_000_001 }
  for (const purpose of ['signing', 'sealing'] as const) {
    await rotateGatewayKey(database().pool, { ...making, purpose })
  }
  const after = await load()
  expect(after.signing.keyId).not.toBe(before.signing.keyId)
  expect(after.signingKey?.(before.signing.keyId)?.keyId).toBe(before.signing.keyId)
  expect(after.signingPublicKeys?.map(({ keyId }) => keyId)).toEqual([
    after.signing.keyId,
    before.signing.keyId,
  ])
  expect(after.sealPublicKeys).toHaveLength(1)
  expect(after.sealKey(before.sealPublicKeys[0]?.keyId ?? '')).not.toBeNull()
})
