import { concatBytes, type SigningKey, toBase64Url, type X25519Pair } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'
import { keyIdOf } from '@holdfast/envelope/node'
import type { GatewayKeys } from '@holdfast/gateway'
import type { CryptoSuite } from '@holdfast/testing'

/** The gateway's keys as its database holds them: a process takes up at its start what is there then. */
export interface KeyRing {
  current(): GatewayKeys
  /** A new key signs, or is sealed to, from now on; the former ones are kept. */
  rotate(purpose: 'signing' | 'sealing'): void
}

/** The same keys in every run of a seed. */
export function createKeyRing(suite: CryptoSuite, seed: Uint8Array): KeyRing {
  const signers: SigningKey[] = []
  const pairs: X25519Pair[] = []

  function rotate(purpose: 'signing' | 'sealing'): void {
    const made = purpose === 'signing' ? signers.length : pairs.length
    const fresh = concatBytes(seed.slice(0, 30), Uint8Array.of(made, purpose === 'signing' ? 0 : 1))
    if (purpose === 'signing') signers.unshift(suite.signingKey(fresh))
    else pairs.unshift(suite.x25519Pair(fresh))
  }

  rotate('signing')
  rotate('sealing')
  return {
    rotate,
    current() {
      const known = new Map(pairs.map((pair) => [keyIdOf(pair.publicKey), pair]))
      const byId = new Map(signers.map((key) => [key.keyId, key]))
      const [newest] = pairs
      const [signing] = signers
      if (newest === undefined || signing === undefined) throw new Error('a ring is made with its keys')
      return {
        signing,
        signingKey: (keyId) => byId.get(keyId) ?? null,
        signingPublicKeys: signers.map(({ keyId, publicKey }) => ({
          keyId,
          publicKey: toBase64Url(publicKey),
        })),
        sealKey: (keyId) => known.get(keyId) ?? null,
        vaultKey: utf8('vault key of the simulated world'),
        sealPublicKeys: [{ keyId: keyIdOf(newest.publicKey), publicKey: toBase64Url(newest.publicKey) }],
      }
    },
  }
}
