import { concatBytes, type Crypto, type SigningKey, toBase64Url, type X25519Pair } from '@holdfast/core'

type Bytes = Uint8Array<ArrayBuffer>

/** WebCrypto (Chromium, Firefox, Safari, Node). Needs a secure context: https or localhost. */
export const webCrypto: Crypto = {
  randomBytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  sha256: async (data) => new Uint8Array(await subtle().digest('SHA-256', own(data))),
  async hmacSha256(key, data) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const imported = await subtle().importKey('raw', own(key), algorithm, false, ['sign'])
    return new Uint8Array(await subtle().sign('HMAC', imported, own(data)))
  },
  async verifyEd25519(publicKey, signature, data) {
    try {
      const key = await subtle().importKey('raw', own(publicKey), { name: 'Ed25519' }, false, ['verify'])
      return await subtle().verify({ name: 'Ed25519' }, key, own(signature), own(data))
    } catch {
      return false
    }
  },
  async generateX25519() {
    const pair = await subtle().generateKey({ name: 'X25519' }, false, ['deriveBits'])
    return webX25519Pair(pair)
  },
  async aesGcmSeal({ key, nonce, data, associatedData }) {
    const imported = await subtle().importKey('raw', own(key), 'AES-GCM', false, ['encrypt'])
    const algorithm = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associatedData) }
    return new Uint8Array(await subtle().encrypt(algorithm, imported, own(data)))
  },
  async aesGcmOpen({ key, nonce, data, associatedData }) {
    const imported = await subtle().importKey('raw', own(key), 'AES-GCM', false, ['decrypt'])
    const algorithm = { name: 'AES-GCM', iv: own(nonce), additionalData: own(associatedData) }
    try {
      return new Uint8Array(await subtle().decrypt(algorithm, imported, own(data)))
    } catch {
      return null
    }
  },
}

/** Non-extractable; keep the pair itself in IndexedDB, where it stays so. */
export function generateWebKeyPair(): Promise<CryptoKeyPair> {
  return subtle().generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
}

export async function webSigningKey(pair: CryptoKeyPair): Promise<SigningKey> {
  const publicKey = new Uint8Array(await subtle().exportKey('raw', pair.publicKey))
  const digest = new Uint8Array(await subtle().digest('SHA-256', publicKey))
  return {
    keyId: toBase64Url(digest.subarray(0, 12)),
    publicKey,
    sign: async (data) =>
      new Uint8Array(await subtle().sign({ name: 'Ed25519' }, pair.privateKey, own(data))),
  }
}

export async function webX25519Pair(pair: CryptoKeyPair): Promise<X25519Pair> {
  return {
    publicKey: new Uint8Array(await subtle().exportKey('raw', pair.publicKey)),
    async agree(peerPublicKey) {
      try {
        const peer = await subtle().importKey('raw', own(peerPublicKey), { name: 'X25519' }, false, [])
        const bits = await subtle().deriveBits({ name: 'X25519', public: peer }, pair.privateKey, 256)
        const agreed = new Uint8Array(bits)
        return agreed.every((byte) => byte === 0) ? null : agreed
      } catch {
        return null
      }
    },
  }
}

function subtle(): SubtleCrypto {
  return globalThis.crypto.subtle
}

/** WebCrypto's types ask for memory of its own, not a view of shared memory. */
function own(data: Uint8Array): Bytes {
  return concatBytes(data)
}
