import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { type Crypto, fromHex, must, toHex } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import vector from '../test-data/hpke-rfc9180-a1.json' with { type: 'json' }
import { AES_128, AES_256, hpkeOpen, hpkeSeal } from './hpke.ts'
import { generateNodeKey, nodeCrypto, nodeX25519Pair } from './node-crypto.ts'
import { utf8 } from './utf8.ts'
import { webCrypto } from './web-crypto.ts'

const worlds: readonly (readonly [string, Crypto])[] = [
  ['node', nodeCrypto],
  ['web', webCrypto],
]
const recipient = nodeX25519Pair(generateNodeKey('x25519', hex(vector.skRm)))

describe.each(worlds)('HPKE with %s primitives', (_name, crypto) => {
  test('seals and opens the published vector A.1.1 of RFC 9180 to the byte', async () => {
    const first = must(vector.encryptions[0], 'the vector has an encryption')
    const input = { suite: AES_128, info: hex(vector.info), associatedData: hex(first.aad) }
    const sealed = await hpkeSeal(crypto, {
      ...input,
      recipientPublicKey: hex(vector.pkRm),
      plaintext: hex(first.pt),
      ephemeral: nodeX25519Pair(generateNodeKey('x25519', hex(vector.skEm))),
    })
    expect(toHex(sealed.enc)).toBe(vector.enc)
    expect(toHex(sealed.ciphertext)).toBe(first.ct)
    expect(toHex(must(await hpkeOpen(crypto, { ...input, recipient, sealed }), 'opens'))).toBe(first.pt)
  })

  test('an independent implementation opens what it seals with AES-256-GCM', async () => {
    const associatedData = utf8('associated')
    const sealed = await hpkeSeal(crypto, {
      suite: AES_256,
      info: utf8('info'),
      associatedData,
      recipientPublicKey: recipient.publicKey,
      plaintext: utf8('to the gateway'),
      ephemeral: await crypto.generateX25519(),
    })
    const suite = new CipherSuite({
      kem: new DhkemX25519HkdfSha256(),
      kdf: new HkdfSha256(),
      aead: new Aes256Gcm(),
    })
    const recipientKey = await suite.kem.importKey('raw', hex(vector.skRm).buffer, false)
    const context = await suite.createRecipientContext({
      recipientKey,
      enc: copy(sealed.enc),
      info: copy(utf8('info')),
    })
    expect(new TextDecoder().decode(await context.open(copy(sealed.ciphertext), copy(associatedData)))).toBe(
      'to the gateway',
    )
  })

  test('refuses a changed byte anywhere, another context and a key of low order', async () => {
    const input = { suite: AES_256, info: utf8('i'), associatedData: utf8('a') }
    const plaintext = utf8('secret')
    const ephemeral = await crypto.generateX25519()
    const sealed = await hpkeSeal(crypto, {
      ...input,
      recipientPublicKey: recipient.publicKey,
      plaintext,
      ephemeral,
    })
    for (let at = 0; at < sealed.ciphertext.length; at += 1) {
      const changed = { ...sealed, ciphertext: flip(sealed.ciphertext, at) }
      expect(await hpkeOpen(crypto, { ...input, recipient, sealed: changed })).toBeNull()
    }
    expect(
      await hpkeOpen(crypto, { ...input, recipient, sealed: { ...sealed, enc: flip(sealed.enc, 3) } }),
    ).toBeNull()
    expect(await hpkeOpen(crypto, { ...input, associatedData: utf8('b'), recipient, sealed })).toBeNull()
    expect(
      await hpkeOpen(crypto, { ...input, recipient, sealed: { ...sealed, enc: new Uint8Array(32) } }),
    ).toBeNull()
  })
})

test.each([
  [nodeCrypto, webCrypto],
  [webCrypto, nodeCrypto],
])('what one world seals the other opens', async (from, to) => {
  const input = { suite: AES_256, info: utf8('i'), associatedData: utf8('a') }
  const pair = await to.generateX25519()
  const ephemeral = await from.generateX25519()
  const sealed = await hpkeSeal(from, {
    ...input,
    recipientPublicKey: pair.publicKey,
    plaintext: utf8('across'),
    ephemeral,
  })
  expect(await hpkeOpen(to, { ...input, recipient: pair, sealed })).toEqual(utf8('across'))
})

function hex(text: string): Uint8Array<ArrayBuffer> {
  return must(fromHex(text), 'test data is hexadecimal')
}

function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = new Uint8Array(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
