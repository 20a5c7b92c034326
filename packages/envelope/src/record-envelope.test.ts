import { must, newId } from '@holdfast/core'
import type { RecordHeader, RecordOf } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { generateNodeKey, nodeCrypto, nodeSigningKey } from './node-crypto.ts'
import { makeRecord, openRecord, type RecordOwner, sha256Text } from './record-envelope.ts'
import { generateWebKeyPair, webCrypto, webSigningKey } from './web-crypto.ts'

const source = {
  wallMs: () => 1_790_000_000_000,
  randomBytes: (length: number) => nodeCrypto.randomBytes(length),
}
const key = nodeSigningKey(generateNodeKey('ed25519'))
const header: RecordOf<'payment.voided'> = {
  v: 1,
  kind: 'payment.voided',
  account: newId('acct', source),
  mode: 'test',
  device: newId('dev', source),
  key: key.keyId,
  epoch: newId('ep', source),
  seq: 7,
  prev: 'a'.repeat(64),
  lease: newId('lease', source),
  times: { wallMs: 1, nowMs: 1, monotonicMs: 1, boot: 'b', utcOffsetMin: 60, trust: 'trusted' },
  sale: newId('sale', source),
  payment: newId('pi', source),
  reason: 'canceled',
}
const owner = ownerWith(key)

test('a record opens as it was made, and its hash is that of the header bytes', async () => {
  const made = await makeRecord(nodeCrypto, key, header, { sealed: null, contact: null })
  const opened = await openRecord(nodeCrypto, owner, made.wire)
  expect(opened).toEqual({ ok: true, record: made })
  expect(made.hash).toBe(await sha256Text(webCrypto, made.wire.header))
})

test('a record signed in the browser is verified by the gateway', async () => {
  const webKey = await webSigningKey(await generateWebKeyPair())
  const made = await makeRecord(
    webCrypto,
    webKey,
    { ...header, key: webKey.keyId },
    { sealed: null, contact: null },
  )
  expect((await openRecord(nodeCrypto, ownerWith(webKey), made.wire)).ok).toBe(true)
})

test('every single changed character of the header is refused', async () => {
  const { wire } = await makeRecord(nodeCrypto, key, header, { sealed: null, contact: null })
  for (let at = 0; at < wire.header.length; at += 1) {
    const changed =
      wire.header.slice(0, at) + (wire.header[at] === '1' ? '2' : '1') + wire.header.slice(at + 1)
    expect((await openRecord(nodeCrypto, owner, { ...wire, header: changed })).ok).toBe(false)
  }
})

test.each<readonly [string, Record<string, unknown>, string]>([
  ['a later version', { v: 2 }, 'record_version_unknown'],
  ['an unknown kind', { kind: 'payment.imagined' }, 'record_malformed'],
  ['an unknown field', { surprise: true }, 'record_malformed'],
  ['a fractional sequence number', { seq: 1.5 }, 'record_malformed'],
  ['another account', { account: newId('acct', source) }, 'record_account_foreign'],
  ['another device', { device: newId('dev', source) }, 'record_account_foreign'],
  ['the other mode', { mode: 'live' }, 'record_account_foreign'],
  ['a key that is not the device’s', { key: 'A'.repeat(16) }, 'record_signature_invalid'],
])('%s is refused as %s, though well signed', async (_what, change, code) => {
  const forged = { ...header, ...change } as RecordHeader
  const { wire } = await makeRecord(nodeCrypto, key, forged, { sealed: null, contact: null })
  const opened = await openRecord(nodeCrypto, owner, wire)
  expect(opened).toEqual({ ok: false, code, hash: await sha256Text(nodeCrypto, wire.header) })
})

test('a sealed block that the header does not name is refused; an erased one leaves the chain whole', async () => {
  const sealed = '{"scheme":"test"}'
  const attempt: RecordOf<'attempt.started'> = {
    ...header,
    kind: 'attempt.started',
    attempt: newId('att', source),
    ordinal: 1,
    read: newId('read', source),
    amountMinor: 100,
    tipMinor: 0,
    currency: 'eur',
    captureMethod: 'automatic',
    location: newId('loc', source),
    reader: newId('rdr', source),
    operator: null,
    reference: null,
    card: {
      brand: 'visa',
      last4: '4242',
      bin: '42424242',
      expMonth: 12,
      expYear: 2030,
      entryMode: 'contact',
      cvm: 'none',
      aid: 'A0000000031010',
      applicationLabel: 'VISA',
      fingerprint: 'f',
    },
    cryptogramSha256: 'c'.repeat(64),
    sealedSha256: await sha256Text(nodeCrypto, sealed),
  }
  const { reason: _reason, ...clean } = attempt as typeof attempt & { reason?: unknown }
  const made = await makeRecord(nodeCrypto, key, clean, { sealed, contact: null })
  expect((await openRecord(nodeCrypto, owner, made.wire)).ok).toBe(true)
  expect(await openRecord(nodeCrypto, owner, { ...made.wire, sealed: `${sealed} ` })).toMatchObject({
    code: 'record_sealed_mismatch',
  })
  expect(must((await openRecord(nodeCrypto, owner, { ...made.wire, sealed: null })).ok, 'opens')).toBe(true)
})

test('text that is not JSON is refused and still named by its hash', async () => {
  const { wire } = await makeRecord(nodeCrypto, key, header, { sealed: null, contact: null })
  const opened = await openRecord(nodeCrypto, owner, { ...wire, header: '{' })
  expect(opened).toEqual({ ok: false, code: 'record_malformed', hash: await sha256Text(nodeCrypto, '{') })
})

function ownerWith(signer: typeof key): RecordOwner {
  const publicKey = Buffer.from(signer.publicKey).toString('base64url')
  return {
    account: header.account,
    mode: 'test',
    device: header.device,
    keys: [{ keyId: signer.keyId, publicKey }],
  }
}
