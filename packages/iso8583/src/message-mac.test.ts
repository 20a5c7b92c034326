import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decode } from './codec.ts'
import { checkMac, encodeWithMac, type MacFunction } from './message-mac.ts'
import type { WireProfile } from './profile.ts'
import { ascii1987 } from './profiles/ascii-1987.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import { aesCmac } from './tcp/mac-functions.ts'
import { arbitraryMessage } from './test-support/arbitrary-message.ts'

const sign = aesCmac(new Uint8Array(16).fill(1))
const other = aesCmac(new Uint8Array(16).fill(2))

function check(profile: WireProfile, bytes: Uint8Array, mac: MacFunction = sign) {
  const decoded = decode(profile, bytes)
  return decoded.ok ? checkMac(profile, decoded.message, bytes, mac) : decoded.code
}

/** Without MACs of their own. */
function arbitraryUnsigned(profile: WireProfile) {
  return arbitraryMessage(profile).map(({ mti, fields }) => {
    const { 64: _first, 128: _second, ...rest } = fields
    return { mti, fields: rest }
  })
}

describe.each([bcdBinary1987, ascii1987])('message MAC with profile $name', (profile) => {
  it('is right for the message that was signed and wrong under another key', () => {
    fc.assert(
      fc.property(arbitraryUnsigned(profile), (message) => {
        const bytes = encodeWithMac(profile, message, sign)
        expect([check(profile, bytes), check(profile, bytes, other)]).toEqual(['right', 'wrong'])
      }),
      { numRuns: 60 },
    )
  })

  it('is in DE64, and in DE128 of a message with a second bitmap', () => {
    const first = decode(profile, encodeWithMac(profile, { mti: '0100', fields: { 11: '000001' } }, sign))
    const second = decode(profile, encodeWithMac(profile, { mti: '0800', fields: { 70: '301' } }, sign))
    expect(first.ok && Object.keys(first.message.fields)).toEqual(['11', '64'])
    expect(second.ok && Object.keys(second.message.fields)).toEqual(['70', '128'])
  })

  it('is right for no other bytes', () => {
    fc.assert(
      fc.property(
        arbitraryUnsigned(profile),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (message, at, flip) => {
          const bytes = encodeWithMac(profile, message, sign)
          const index = at % bytes.length
          bytes[index] = (bytes[index] ?? 0) ^ flip
          expect(check(profile, bytes)).not.toBe('right')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is missing where there is none, and in the place of the other bitmap', () => {
    const mac = new Uint8Array(8)
    const none = { mti: '0100', fields: { 11: '000001' } }
    const early = { mti: '0800', fields: { 64: mac, 70: '301' } }
    expect(checkMac(profile, none, new Uint8Array(20), sign)).toBe('missing')
    expect(checkMac(profile, early, new Uint8Array(20), sign)).toBe('missing')
  })

  it('is not written over one that is already there', () => {
    const message = { mti: '0100', fields: { 64: new Uint8Array(8) } }
    expect(() => encodeWithMac(profile, message, sign)).toThrow('field 64')
  })
})
