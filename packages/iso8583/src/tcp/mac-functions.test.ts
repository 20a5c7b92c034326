import { describe, expect, it } from 'vitest'

import { linkMac, unwrapKey, wrapKey } from './link-keys.ts'
import { aesCmac, aesCmacWhole, retailMac } from './mac-functions.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex').toUpperCase()

// NIST SP 800-38B, appendix D.
const BLOCKS =
  '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51' +
  '30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710'
const AES_128 = '2B7E151628AED2A6ABF7158809CF4F3C'
const AES_192 = '8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B'
const AES_256 = '603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4'

describe('MAC functions', () => {
  // ISO 9797-1:2011 B.4, algorithm 3 with padding method 1.
  it.each([
    ['Now is the time for all ', 'A1C72E74'],
    ['Now is the time for it', '2E2B1428'],
  ])('retail MAC of "%s" begins with %s', (text, mac) => {
    const sign = retailMac(bytes('0123456789ABCDEFFEDCBA9876543210'))
    const result = sign(new TextEncoder().encode(text))
    expect(result).toHaveLength(8)
    expect(hex(result).slice(0, 8)).toBe(mac)
  })

  it.each([
    [AES_128, 0, 'BB1D6929E95937287FA37D129B756746'],
    [AES_128, 16, '070A16B46B4D4144F79BDD9DD04A287C'],
    [AES_128, 20, '7D85449EA6EA19C823A7BF78837DFADE'],
    [AES_128, 40, 'DFA66747DE9AE63030CA32611497C827'],
    [AES_128, 64, '51F0BEBF7E3B9D92FC49741779363CFE'],
    [AES_192, 0, 'D17DDF46ADAACDE531CAC483DE7A9367'],
    [AES_192, 64, 'A1D5DF0EED790F794D77589659F39A11'],
    [AES_256, 0, '028962F61B7BF89EFC6B551F4667D983'],
    [AES_256, 20, '156727DC0878944A023C1FE03BAD6D93'],
    [AES_256, 64, 'E1992190549F6ED5696A2C056C315410'],
  ])('AES-CMAC under %s of %d bytes', (key, length, mac) => {
    const data = bytes(BLOCKS).subarray(0, length)
    expect(hex(aesCmacWhole(bytes(key))(data))).toBe(mac)
    expect(hex(aesCmac(bytes(key))(data))).toBe(mac.slice(0, 16))
  })

  it('refuses a key of another length', () => {
    expect(() => retailMac(new Uint8Array(8))).toThrow('16 bytes')
    expect(() => aesCmac(new Uint8Array(8))).toThrow('16, 24 or 32')
  })
})

describe('link keys', () => {
  const keys = { macKey: new Uint8Array(16).fill(3), keyEncryptionKey: new Uint8Array(16).fill(4) }

  it('wraps a key as RFC 3394 does', () => {
    // RFC 3394, 4.1.
    const wrapped = wrapKey(
      bytes('000102030405060708090A0B0C0D0E0F'),
      bytes('00112233445566778899AABBCCDDEEFF'),
    )
    expect(wrapped).toBe('1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5')
  })

  it('gives back what was wrapped, and nothing for another key or anything else', () => {
    const next = new Uint8Array(16).fill(9)
    const wrapped = wrapKey(keys.keyEncryptionKey, next)
    expect(unwrapKey(keys.keyEncryptionKey, wrapped)).toEqual(next)
    expect(unwrapKey(keys.macKey, wrapped)).toBeUndefined()
    for (const text of ['', 'K2', wrapped.slice(2), `${wrapped}00`, wrapped.toLowerCase()]) {
      expect(unwrapKey(keys.keyEncryptionKey, text)).toBeUndefined()
    }
  })

  it('follow the profile: none, fixed, or changed after each sign-on', () => {
    expect(linkMac({ kind: 'none' }, keys)).toBeUndefined()
    expect(linkMac({ kind: 'retail', keys: 'fixed' }, keys)).not.toHaveProperty('unwrap')
    const mac = linkMac({ kind: 'aes_cmac', keys: 'key_change' }, keys)
    const wrapped = wrapKey(keys.keyEncryptionKey, new Uint8Array(16).fill(9))
    const text = new TextEncoder().encode('0800')
    expect(mac?.unwrap?.(wrapped)?.(text)).toEqual(aesCmac(new Uint8Array(16).fill(9))(text))
    expect(mac?.unwrap?.('garbage')).toBeUndefined()
  })
})
