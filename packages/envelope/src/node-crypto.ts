import { type Crypto, must, type SigningKey, toBase64Url, type X25519Pair } from '@holdfast/core'
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

/** Synchronous inside, so that the simulation sees the same order in every run; about 24 times WebCrypto's speed. */
export const nodeCrypto: Crypto = {
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
  sha256: (data) => Promise.resolve(sha256(data)),
  hmacSha256: (key, data) => Promise.resolve(bytes(createHmac('sha256', key).update(data).digest())),
  verifyEd25519: (publicKey, signature, data) => Promise.resolve(verifyEd25519(publicKey, signature, data)),
  generateX25519: () => Promise.resolve(x25519Pair(generateKeyPairSync('x25519').privateKey)),
  aesGcmSeal({ key, nonce, data, associatedData }) {
    const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce)
    cipher.setAAD(associatedData)
    return Promise.resolve(bytes(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()])))
  },
  aesGcmOpen({ key, nonce, data, associatedData }) {
    if (data.length < 16) return Promise.resolve(null)
    const cipher = createDecipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce)
    cipher.setAAD(associatedData)
    cipher.setAuthTag(data.subarray(data.length - 16))
    try {
      return Promise.resolve(bytes(Buffer.concat([cipher.update(data.subarray(0, -16)), cipher.final()])))
    } catch {
      return Promise.resolve(null)
    }
  },
}

/**
 * `nodeCrypto` for a server: signatures are checked on Node's thread pool, so that a batch is checked by every core and
 * a live sale does not wait behind it. Answers come in any order.
 */
export const pooledNodeCrypto: Crypto = { ...nodeCrypto, verifyEd25519: verifyOnPool }

/** From PKCS #8 DER; `generateNodeKey` makes one. */
export function nodeSigningKey(pkcs8: Uint8Array): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  const publicKey = rawPublicKey(privateKey)
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (data) => Promise.resolve(bytes(sign(null, data, privateKey))),
  }
}

/** From PKCS #8 DER. */
export function nodeX25519Pair(pkcs8: Uint8Array): X25519Pair {
  return x25519Pair(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }))
}

/** A private key as PKCS #8 DER. `seed` (32 bytes) makes the same key in every run of a simulation. */
export function generateNodeKey(type: 'ed25519' | 'x25519', seed: Uint8Array = randomBytes(32)): Uint8Array {
  // RFC 8410 §7: the DER around a raw private key of either curve differs in one byte of the identifier.
  const prefix = type === 'ed25519' ? '302e020100300506032b657004220420' : '302e020100300506032b656e04220420'
  return bytes(Buffer.concat([Buffer.from(prefix, 'hex'), seed]))
}

/** base64url of the first 12 bytes of SHA-256 of the raw public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return toBase64Url(sha256(publicKey).subarray(0, 12))
}

function x25519Pair(privateKey: KeyObject): X25519Pair {
  return {
    publicKey: rawPublicKey(privateKey),
    agree(peerPublicKey) {
      try {
        const publicKey = publicKeyObject('X25519', peerPublicKey)
        const agreed = bytes(diffieHellman({ privateKey, publicKey }))
        return Promise.resolve(agreed.every((byte) => byte === 0) ? null : agreed)
      } catch {
        return Promise.resolve(null)
      }
    },
  }
}

function verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean {
  try {
    return verify(null, data, publicKeyObject('Ed25519', publicKey), signature)
  } catch {
    return false
  }
}

function verifyOnPool(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const key = publicKeyObject('Ed25519', publicKey)
      verify(null, data, key, signature, (error, isGenuine) => resolve(error === null && isGenuine))
    } catch {
      resolve(false)
    }
  })
}

const publicKeys = new Map<string, KeyObject>()

/** Parsing a key costs as much as half a verification; a gateway sees the same devices all day. */
function publicKeyObject(crv: 'Ed25519' | 'X25519', raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new Error('a raw public key has 32 bytes')
  const x = toBase64Url(raw)
  if (crv === 'X25519') return createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' })
  const known = publicKeys.get(x)
  if (known !== undefined) return known
  const key = createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' })
  if (publicKeys.size >= 10_000) publicKeys.clear()
  publicKeys.set(x, key)
  return key
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  return new Uint8Array(Buffer.from(must(jwk.x, 'an OKP key has an x'), 'base64url'))
}

function sha256(data: Uint8Array): Uint8Array {
  return bytes(hash('sha256', data, 'buffer'))
}

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}
