import { toBase64Url } from '@holdfast/core'
import { expect, test } from 'vitest'
import { sealCard } from './card-seal.ts'
import { openContact, sealContact } from './contact-seal.ts'
import { nodeCrypto } from './node-crypto.ts'

const context = { account: 'acct_1', mode: 'test', device: 'dev_1', payment: 'pi_1' } as const
const contact = { email: 'ada@example.com', phone: null }

test('a contact opens for the gateway’s key and for its own payment only (SQ8)', async () => {
  const pair = await nodeCrypto.generateX25519()
  const key = { keyId: 'k'.repeat(16), publicKey: toBase64Url(pair.publicKey) }
  const sealed = await sealContact(nodeCrypto, key, context, contact)
  expect(sealed).not.toContain('ada')
  const keyById = (keyId: string) => (keyId === key.keyId ? pair : null)
  expect(await openContact(nodeCrypto, keyById, context, sealed)).toEqual(contact)
  expect(await openContact(nodeCrypto, () => null, context, sealed)).toBeNull()
  expect(await openContact(nodeCrypto, keyById, { ...context, payment: 'pi_2' }, sealed)).toBeNull()
  expect(await openContact(nodeCrypto, keyById, context, 'not a block')).toBeNull()
})

test('a card’s block is not taken for a contact', async () => {
  const pair = await nodeCrypto.generateX25519()
  const key = { keyId: 'k'.repeat(16), publicKey: toBase64Url(pair.publicKey) }
  const card = { ...context, reader: 'rdr_1', read: 'read_1', amountMinor: 1, currency: 'eur' }
  const secrets = { pan: '4242424242424242', expiry: '3012', panSequence: null, track2: null, emv: '' }
  const sealed = await sealCard(nodeCrypto, key, card, secrets)
  expect(await openContact(nodeCrypto, () => pair, context, sealed)).toBeNull()
})
