import { must, toBase64Url } from '@holdfast/core'
import type { CardSecrets, SealContext } from '@holdfast/protocol'
import { describe, expect, test } from 'vitest'
import { openCard, sealCard } from './card-seal.ts'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeX25519Pair } from './node-crypto.ts'
import { webCrypto } from './web-crypto.ts'

const pair = nodeX25519Pair(generateNodeKey('x25519'))
const recipient = { keyId: keyIdOf(pair.publicKey), publicKey: toBase64Url(pair.publicKey) }
const keyById = (keyId: string) => (keyId === recipient.keyId ? pair : null)
const secrets: CardSecrets = {
  pan: '4242424242424242',
  expiry: '3012',
  panSequence: '01',
  track2: null,
  emv: '9F2701',
}
const context: SealContext = {
  account: 'acct_1',
  mode: 'test',
  device: 'dev_1',
  reader: 'rdr_1',
  payment: 'pi_1',
  read: 'read_1',
  amountMinor: 1_250,
  currency: 'eur',
}

describe.each([
  ['node', nodeCrypto],
  ['web', webCrypto],
])('a card sealed with %s primitives', (_name, crypto) => {
  test('opens at the gateway and shows nothing on the way (P9)', async () => {
    const sealed = await sealCard(crypto, recipient, context, secrets)
    expect(await openCard(nodeCrypto, keyById, context, sealed)).toEqual({ ok: true, secrets })
    const bytes = Buffer.from(
      must(/"ciphertext":"([^"]+)"/.exec(sealed)?.[1], 'a block has a ciphertext'),
      'base64url',
    )
    expect(sealed + bytes.toString('latin1')).not.toContain(secrets.pan)
  })

  test('opens for no other payment, amount, currency, read, reader, device, account or mode', async () => {
    const sealed = await sealCard(crypto, recipient, context, secrets)
    const changes: Partial<SealContext>[] = [
      { account: 'acct_2' },
      { mode: 'live' },
      { device: 'dev_2' },
      { reader: 'rdr_2' },
      { payment: 'pi_2' },
      { read: 'read_2' },
      { amountMinor: 1_251 },
      { currency: 'usd' },
    ]
    for (const change of changes) {
      expect(await openCard(nodeCrypto, keyById, { ...context, ...change }, sealed)).toEqual({
        ok: false,
        code: 'sealed_mismatch',
      })
    }
  })
})

test('a block that is not one, and a block for a key that was never ours, are told apart', async () => {
  const sealed = await sealCard(nodeCrypto, recipient, context, secrets)
  expect(await openCard(nodeCrypto, keyById, context, '{}')).toEqual({ ok: false, code: 'sealed_malformed' })
  expect(await openCard(nodeCrypto, () => null, context, sealed)).toEqual({
    ok: false,
    code: 'sealed_key_unknown',
  })
})

test('the same card sealed twice gives two blocks', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => sealCard(nodeCrypto, recipient, context, secrets)))
  expect(a).not.toBe(b)
})
