import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { buildAuthorisationRequest } from './authorisation-request.ts'
import { concatBytes } from './bytes.ts'
import { decode, encode, type EncodeError } from './codec.ts'
import { toHex } from './hex.ts'
import type { Iso8583Message } from './message.ts'
import { ascii1987 } from './profiles/ascii-1987.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import { arbitraryMessage } from './test-support/arbitrary-message.ts'
import { sampleRequest } from './test-support/sample-messages.ts'

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

describe.each([bcdBinary1987, ascii1987])('codec with profile $name', (profile) => {
  it('gives back every message it wrote', () => {
    fc.assert(
      fc.property(arbitraryMessage(profile), (message) => {
        expect(decode(profile, encode(profile, message))).toEqual({ ok: true, message })
      }),
    )
  })

  it('accepts no proper prefix of a message', () => {
    fc.assert(
      fc.property(arbitraryMessage(profile), (message) => {
        const bytes = encode(profile, message)
        for (let length = 0; length < bytes.length; length += 1) {
          if (decode(profile, bytes.subarray(0, length)).ok) throw new Error(`accepted ${length} bytes`)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('accepts no trailing byte', () => {
    fc.assert(
      fc.property(
        arbitraryMessage(profile),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        (message, more) => {
          const bytes = encode(profile, message)
          expect(decode(profile, concatBytes([bytes, more]))).toEqual({
            ok: false,
            code: 'trailing_bytes',
            offset: bytes.length,
          })
        },
      ),
    )
  })

  it('accepts a damaged message only if that is exactly how it would write it', () => {
    fc.assert(
      fc.property(
        arbitraryMessage(profile),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (message, at, flip) => {
          const bytes = encode(profile, message)
          const index = at % bytes.length
          bytes[index] = (bytes[index] ?? 0) ^ flip
          const decoded = decode(profile, bytes)
          if (decoded.ok) expect(toHex(encode(profile, decoded.message))).toBe(toHex(bytes))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('answers any bytes with a message or a refusal, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const decoded = decode(profile, bytes)
        if (!decoded.ok) expect(decoded.offset).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('bcdBinary1987', () => {
  it('writes a network message byte for byte', () => {
    const message: Iso8583Message = { mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: '301' } }
    expect(toHex(encode(bcdBinary1987, message))).toBe(
      '0800 8220000000000000 0400000000000000 1120180509 000001 0301'.replaceAll(' ', ''),
    )
  })

  it('writes an authorisation request byte for byte', () => {
    const message = buildAuthorisationRequest(
      bcdBinary1987,
      sampleRequest({ track2: '4242424242424242D30122010000000000000', deferred: true }),
    )
    expect(toHex(encode(bcdBinary1987, message))).toBe(
      [
        '0100',
        '723C468128C08202',
        '164242424242424242',
        '000000',
        '000000001250',
        '1120180509',
        '000042',
        '190509',
        '1120',
        '3012',
        '5812',
        '0051',
        '0001',
        '00',
        '06123456',
        '374242424242424242D301220100000000000000',
        '523030303030303030303432',
        '5431202020202020',
        '53484F5031202020202020202020202020'.slice(0, 30),
        '0978',
        '00059F36020007',
        '00084445464552524544',
      ].join(''),
    )
  })

  it.each([
    ['truncated', undefined, '08'],
    ['truncated', undefined, '0800 8220'],
    ['bad_mti', undefined, '0A00 0000000000000000'],
    ['bad_mti', undefined, '1800 0000000000000000'],
    ['truncated', undefined, '0800 8000000000000000'],
    ['bad_bitmap', undefined, '0800 8000000000000000 0000000000000000'],
    ['unknown_field', 5, '0100 0800000000000000 000000000000'],
    ['unknown_field', 65, '0100 8000000000000000 8000000000000000 00'],
    ['bad_digit', 11, '0100 0020000000000000 00000A'],
    ['truncated', 11, '0100 0020000000000000 0000'],
    ['bad_padding', 49, '0100 0000000000008000 1978'],
    ['bad_padding', 2, '0100 4000000000000000 03 1234'],
    ['bad_length', 2, '0100 4000000000000000 00'],
    ['bad_length', 2, '0100 4000000000000000 20 42424242424242424242'],
    ['bad_length', 2, '0100 4000000000000000 1A 42424242424242424242'],
    ['bad_length', 55, '0100 0000000000000200 0256 00'],
    ['bad_length', 55, '0100 0000000000000200 1001 00'],
    ['truncated', 55, '0100 0000000000000200 0003 0102'],
    ['bad_character', 39, '0100 0000000002000000 3007'],
    ['bad_character', 39, '0100 0000000002000000 302D'],
    ['bad_character', 35, '0100 0000000020000000 04 D12D'],
    ['trailing_bytes', undefined, '0100 0020000000000000 000001 00'],
  ])('refuses with %s in field %s: %s', (code, field, bytes) => {
    expect(decode(bcdBinary1987, hex(bytes))).toMatchObject({
      ok: false,
      code,
      ...(field === undefined ? {} : { field }),
    })
  })

  it.each<[EncodeError['code'], Iso8583Message]>([
    ['bad_mti', { mti: '9100', fields: {} }],
    ['bad_length', { mti: '0100', fields: { 4: '1' } }],
    ['bad_length', { mti: '0100', fields: { 2: '' } }],
    ['bad_length', { mti: '0100', fields: { 2: '42424242424242424242' } }],
    ['bad_character', { mti: '0100', fields: { 4: '-00000000001' } }],
    ['bad_character', { mti: '0100', fields: { 63: 'café' } }],
    ['bad_length', { mti: '0100', fields: { 55: new Uint8Array(256) } }],
    ['unknown_field', { mti: '0100', fields: { 5: '1' } as Iso8583Message['fields'] }],
  ])('will not write a message with %s', (code, message) => {
    expect(() => encode(bcdBinary1987, message)).toThrow(
      expect.objectContaining({ name: 'EncodeError', code }),
    )
  })

  it('P9: names the field and not the card when a message cannot be written', () => {
    const message = { mti: '0100', fields: { 2: '424242424242424x' } }
    expect(() => encode(bcdBinary1987, message)).toThrow(/^(?!.*4242).*field 2$/)
  })
})
