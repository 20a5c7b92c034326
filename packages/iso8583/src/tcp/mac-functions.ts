import { createCipheriv } from 'node:crypto'

import { concatBytes } from '../bytes.ts'
import type { MacFunction } from '../message-mac.ts'

const MAC_BYTES = 8

/** ANSI X9.19: ISO 9797-1 MAC algorithm 3 with zero padding, under a double-length DES key of 16 bytes. */
export function retailMac(key: Uint8Array): MacFunction {
  if (key.length !== 16) throw new Error('a retail MAC key has 16 bytes')
  const left = key.subarray(0, 8)
  const right = key.subarray(8)
  // OpenSSL has no single DES; it is triple DES with the same key three times.
  const single = concatBytes([left, left, left])
  const double = concatBytes([left, right, left])
  return (bytes) => {
    const blocks = zeroPadded(bytes, 8)
    const front = blocks.subarray(0, blocks.length - 8)
    const chained = front.length === 0 ? new Uint8Array(8) : des('des-ede3-cbc', single, front).subarray(-8)
    const last = blocks.subarray(front.length).map((byte, index) => byte ^ (chained[index] ?? 0))
    return des('des-ede3-ecb', double, last)
  }
}

/** AES-CMAC (NIST SP 800-38B), cut to its first eight bytes as DE64 holds them. */
export function aesCmac(key: Uint8Array): MacFunction {
  const cmac = aesCmacWhole(key)
  return (bytes) => cmac(bytes).subarray(0, MAC_BYTES)
}

/** All sixteen bytes. */
export function aesCmacWhole(key: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const bits = key.length * 8
  if (bits !== 128 && bits !== 192 && bits !== 256) throw new Error('an AES key has 16, 24 or 32 bytes')
  const zero = createCipheriv(`aes-${bits}-ecb`, key, null).setAutoPadding(false).update(new Uint8Array(16))
  const whole = doubled(zero)
  const partial = doubled(whole)
  return (bytes) => {
    const isWhole = bytes.length > 0 && bytes.length % 16 === 0
    const blocks = new Uint8Array(Math.max(16, Math.ceil(bytes.length / 16) * 16))
    blocks.set(bytes)
    if (!isWhole) blocks[bytes.length] = 0x80
    const mask = isWhole ? whole : partial
    for (const [index, byte] of mask.entries()) {
      const at = blocks.length - 16 + index
      blocks[at] = (blocks[at] ?? 0) ^ byte
    }
    const cipher = createCipheriv(`aes-${bits}-cbc`, key, new Uint8Array(16)).setAutoPadding(false)
    return Uint8Array.from(cipher.update(blocks).subarray(-16))
  }
}

/** Times x in GF(2¹²⁸). */
function doubled(block: Uint8Array): Uint8Array {
  const result = block.map((byte, index) => ((byte << 1) | ((block[index + 1] ?? 0) >> 7)) & 0xff)
  if ((block[0] ?? 0) >= 0x80) result[15] = (result[15] ?? 0) ^ 0x87
  return result
}

function des(cipher: 'des-ede3-cbc' | 'des-ede3-ecb', key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const iv = cipher === 'des-ede3-cbc' ? new Uint8Array(8) : null
  return Uint8Array.from(createCipheriv(cipher, key, iv).setAutoPadding(false).update(bytes))
}

function zeroPadded(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const blocks = new Uint8Array(Math.max(1, Math.ceil(bytes.length / blockBytes)) * blockBytes)
  blocks.set(bytes)
  return blocks
}
