import { type Crypto, concatBytes, type SigningKey, type X25519Pair } from '@holdfast/core'
import { generateNodeKey, keyIdOf, nodeCrypto, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import { hash } from 'node:crypto'
import { compareBytes } from './compare-bytes.ts'
import type { Random } from './random.ts'

/** Crypto and keys of one world. */
export interface CryptoSuite {
  crypto(random: Random): Crypto
  signingKey(seed: Uint8Array): SigningKey
  x25519Pair(seed: Uint8Array): X25519Pair
}

/** Node's own, synchronous inside; only the randomness comes from the seed. */
export const realCryptoSuite: CryptoSuite = {
  crypto: (random) => ({
    ...nodeCrypto,
    randomBytes: (length) => random.bytes(length),
    generateX25519: () => Promise.resolve(nodeX25519Pair(generateNodeKey('x25519', random.bytes(32)))),
  }),
  signingKey: (seed) => nodeSigningKey(generateNodeKey('ed25519', seed)),
  x25519Pair: (seed) => nodeX25519Pair(generateNodeKey('x25519', seed)),
}

/**
 * The same shapes without the curves: a signature is a hash that names its key, an agreed secret is a hash of both
 * public halves. It keeps nothing secret, and what must not fit does not fit; a seed runs several times as fast.
 */
export const fastCryptoSuite: CryptoSuite = {
  crypto: (random) => ({
    ...nodeCrypto,
    randomBytes: (length) => random.bytes(length),
    sha256: (data) => Promise.resolve(digest('sha256', data)),
    hmacSha256: (key, data) => Promise.resolve(digest('sha256', MAC, key, data)),
    verifyEd25519: (publicKey, signature, data) =>
      Promise.resolve(compareBytes(signature, fakeSignature(publicKey, data)) === 0),
    generateX25519: () => Promise.resolve(fastCryptoSuite.x25519Pair(random.bytes(32))),
  }),
  signingKey(seed) {
    const publicKey = digest('sha256', SIGNING_KEY, seed)
    return {
      keyId: keyIdOf(publicKey),
      publicKey,
      sign: (data) => Promise.resolve(fakeSignature(publicKey, data)),
    }
  },
  x25519Pair(seed) {
    const publicKey = digest('sha256', AGREEMENT_KEY, seed)
    return {
      publicKey,
      agree(peer) {
        const [low, high] = compareBytes(publicKey, peer) < 0 ? [publicKey, peer] : [peer, publicKey]
        return Promise.resolve(peer.length === 32 ? digest('sha256', AGREED, low, high) : null)
      },
    }
  },
}

function fakeSignature(publicKey: Uint8Array, data: Uint8Array): Uint8Array {
  return digest('sha512', SIGNATURE, publicKey, data)
}

const SIGNATURE = Uint8Array.of(1)
const AGREED = Uint8Array.of(2)
const SIGNING_KEY = Uint8Array.of(3)
const AGREEMENT_KEY = Uint8Array.of(4)
const MAC = Uint8Array.of(5)

/** One call into OpenSSL; an HMAC with its key object costs ten. */
function digest(algorithm: 'sha256' | 'sha512', ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(hash(algorithm, concatBytes(...parts), 'buffer'))
}
