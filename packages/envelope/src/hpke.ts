import { assert, concatBytes, type Crypto, type X25519Pair } from '@holdfast/core'
import { utf8 } from './utf8.ts'

/**
 * HPKE base mode, single shot, for DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256 (RFC 9180 §4.1, §5.1, §6.1). The length
 * of the key chooses AES-128-GCM (the RFC's own vectors) or AES-256-GCM (what we seal with). Written over the `Crypto`
 * port because the library that fits both worlds opens a block 24 times slower than Node's own primitives.
 */
export interface HpkeSuite {
  readonly aeadId: 1 | 2
  readonly keyLength: 16 | 32
}

export const AES_128: HpkeSuite = { aeadId: 1, keyLength: 16 }
export const AES_256: HpkeSuite = { aeadId: 2, keyLength: 32 }

export interface HpkeSealed {
  readonly enc: Uint8Array
  readonly ciphertext: Uint8Array
}

export interface HpkeInput {
  readonly suite: HpkeSuite
  readonly info: Uint8Array
  readonly associatedData: Uint8Array
}

/** `ephemeral` is a fresh pair for every message; only the published vectors bring their own. */
export async function hpkeSeal(
  crypto: Crypto,
  input: HpkeInput & { recipientPublicKey: Uint8Array; plaintext: Uint8Array; ephemeral: X25519Pair },
): Promise<HpkeSealed> {
  const { ephemeral, recipientPublicKey } = input
  const agreed = await ephemeral.agree(recipientPublicKey)
  assert(agreed !== null, 'the recipient key was checked when its lease was accepted')
  const enc = ephemeral.publicKey
  const { key, nonce } = await schedule(crypto, input, agreed, concatBytes(enc, recipientPublicKey))
  const { associatedData } = input
  return { enc, ciphertext: await crypto.aesGcmSeal({ key, nonce, data: input.plaintext, associatedData }) }
}

/** Null when the block was not sealed to this key with this information and associated data. */
export async function hpkeOpen(
  crypto: Crypto,
  input: HpkeInput & { recipient: X25519Pair; sealed: HpkeSealed },
): Promise<Uint8Array | null> {
  const { recipient, sealed } = input
  if (sealed.enc.length !== 32 || sealed.ciphertext.length < 16) return null
  const agreed = await recipient.agree(sealed.enc)
  if (agreed === null) return null
  const { key, nonce } = await schedule(crypto, input, agreed, concatBytes(sealed.enc, recipient.publicKey))
  return crypto.aesGcmOpen({ key, nonce, data: sealed.ciphertext, associatedData: input.associatedData })
}

const VERSION = utf8('HPKE-v1')
const KEM_SUITE = concatBytes(utf8('KEM'), new Uint8Array([0, 0x20]))
const EMPTY = new Uint8Array(0)
const MODE_BASE = new Uint8Array([0])

async function schedule(
  crypto: Crypto,
  input: HpkeInput,
  agreed: Uint8Array,
  kemContext: Uint8Array,
): Promise<{ key: Uint8Array; nonce: Uint8Array }> {
  const { suite, info } = input
  const suiteId = concatBytes(utf8('HPKE'), new Uint8Array([0, 0x20, 0, 1, 0, suite.aeadId]))
  const eaePrk = await labeledExtract(crypto, KEM_SUITE, EMPTY, 'eae_prk', agreed)
  const sharedSecret = await labeledExpand(crypto, KEM_SUITE, eaePrk, 'shared_secret', kemContext, 32)
  const pskIdHash = await labeledExtract(crypto, suiteId, EMPTY, 'psk_id_hash', EMPTY)
  const infoHash = await labeledExtract(crypto, suiteId, EMPTY, 'info_hash', info)
  const context = concatBytes(MODE_BASE, pskIdHash, infoHash)
  const secret = await labeledExtract(crypto, suiteId, sharedSecret, 'secret', EMPTY)
  return {
    key: await labeledExpand(crypto, suiteId, secret, 'key', context, suite.keyLength),
    nonce: await labeledExpand(crypto, suiteId, secret, 'base_nonce', context, 12),
  }
}

function labeledExtract(
  crypto: Crypto,
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Promise<Uint8Array> {
  // HMAC pads a short key with zeros, so an empty salt is the string of zeros that HKDF asks for.
  return crypto.hmacSha256(
    salt.length === 0 ? new Uint8Array(32) : salt,
    concatBytes(VERSION, suiteId, utf8(label), ikm),
  )
}

async function labeledExpand(
  crypto: Crypto,
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  assert(length <= 32, 'one block of HKDF-SHA256 is enough for every length used here')
  const labeled = concatBytes(
    new Uint8Array([0, length]),
    VERSION,
    suiteId,
    utf8(label),
    info,
    new Uint8Array([1]),
  )
  return (await crypto.hmacSha256(prk, labeled)).subarray(0, length)
}
