import { toBase64Url } from '@holdfast/core'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { generateNodeKey, nodeCrypto, nodeSigningKey, pooledNodeCrypto } from './node-crypto.ts'
import { openStatement, signStatement } from './statement.ts'
import { webCrypto } from './web-crypto.ts'

const key = nodeSigningKey(generateNodeKey('ed25519'))
const keys = [{ keyId: key.keyId, publicKey: toBase64Url(key.publicKey) }]
const schema = z.strictObject({ amountMinor: z.int() })

const everywhere = [
  ['node', nodeCrypto],
  ['node, on its thread pool', pooledNodeCrypto],
  ['web', webCrypto],
] as const

test.each(everywhere)('a statement of the gateway opens: %s', async (_, crypto) => {
  const signed = await signStatement(key, 'outcome', { amountMinor: 5 })
  expect(await openStatement(crypto, keys, 'outcome', schema, signed)).toEqual({ amountMinor: 5 })
})

test('a statement of one kind cannot pass for another', async () => {
  const signed = await signStatement(key, 'lease', { amountMinor: 5 })
  expect(await openStatement(nodeCrypto, keys, 'outcome', schema, signed)).toBeNull()
})

test.each(everywhere)('what is not as it was signed opens to nothing: %s', async (_, crypto) => {
  const signed = await signStatement(key, 'outcome', { amountMinor: 5 })
  const open = (change: Partial<typeof signed>) =>
    openStatement(crypto, keys, 'outcome', schema, { ...signed, ...change })
  expect(await open({ payload: '{"amountMinor":6}' })).toBeNull()
  expect(await open({ keyId: 'A'.repeat(16) })).toBeNull()
  expect(await open({ signature: 'A'.repeat(86) })).toBeNull()
  expect(await open({ signature: 'not base64url!' })).toBeNull()
  const other = await signStatement(key, 'outcome', { amountMinor: 5, more: 1 })
  expect(await openStatement(crypto, keys, 'outcome', schema, other)).toBeNull()
  const short = [{ keyId: key.keyId, publicKey: 'AAAA' }]
  expect(await openStatement(crypto, short, 'outcome', schema, signed)).toBeNull()
})
