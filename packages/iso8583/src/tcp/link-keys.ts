import { createCipheriv, createDecipheriv } from 'node:crypto'

import type { HostMac } from '../host-profile.ts'
import type { LinkMac } from '../link-session.ts'
import type { MacFunction } from '../message-mac.ts'
import { aesCmac, retailMac } from './mac-functions.ts'

/** RFC 3394. */
const INITIAL_VALUE = Buffer.from('A6A6A6A6A6A6A6A6', 'hex')

export type LinkKeys = {
  /** Sixteen bytes. */
  readonly macKey: Uint8Array
  /** Sixteen bytes; wraps the MAC keys that follow, where the profile changes them. */
  readonly keyEncryptionKey: Uint8Array
}

/** The keys of a link as its profile uses them; undefined where it has no MACs. */
export function linkMac(mac: HostMac, { macKey, keyEncryptionKey }: LinkKeys): LinkMac | undefined {
  if (mac.kind === 'none') return undefined
  const base = macFunction(mac.kind, macKey)
  if (mac.keys === 'fixed') return { base }
  return {
    base,
    unwrap(wrappedKey) {
      const key = unwrapKey(keyEncryptionKey, wrappedKey)
      return key === undefined ? undefined : macFunction(mac.kind, key)
    },
  }
}

export function macFunction(kind: 'retail' | 'aes_cmac', key: Uint8Array): MacFunction {
  return kind === 'retail' ? retailMac(key) : aesCmac(key)
}

/** AES key wrap in upper-case hexadecimal, as DE48 of a key change carries it. */
export function wrapKey(keyEncryptionKey: Uint8Array, key: Uint8Array): string {
  const cipher = createCipheriv('id-aes128-wrap', keyEncryptionKey, INITIAL_VALUE)
  return Buffer.concat([cipher.update(key), cipher.final()])
    .toString('hex')
    .toUpperCase()
}

/** Undefined when it was not wrapped by this key: the wrap has a check of its own. */
export function unwrapKey(keyEncryptionKey: Uint8Array, wrapped: string): Uint8Array | undefined {
  if (!/^[0-9A-F]{48}$/.test(wrapped)) return undefined
  try {
    const decipher = createDecipheriv('id-aes128-wrap', keyEncryptionKey, INITIAL_VALUE)
    return Uint8Array.from(Buffer.concat([decipher.update(wrapped, 'hex'), decipher.final()]))
  } catch {
    return undefined
  }
}
