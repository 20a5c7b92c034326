import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decodeTlv, encodeTlv } from './tlv.ts'

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

const tags = ['82', '8A', '95', '9A', '9C', '5F2A', '9F02', '9F10', '9F26', '9F36', '9F37', 'DF8129']
const items = fc
  .uniqueArray(fc.constantFrom(...tags))
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((tag) => fc.record({ tag: fc.constant(tag), value: fc.uint8Array({ maxLength: 300 }) })),
    ),
  )

describe('TLV', () => {
  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(items, (list) => {
        expect(decodeTlv(encodeTlv(list))).toEqual({ ok: true, items: list })
      }),
    )
  })

  it('accepts a prefix only where it ends between two data objects', () => {
    fc.assert(
      fc.property(items, (list) => {
        const bytes = encodeTlv(list)
        const ends = list.map((_, index) => encodeTlv(list.slice(0, index)).length)
        for (let length = 0; length < bytes.length; length += 1) {
          expect(decodeTlv(bytes.subarray(0, length)).ok).toBe(ends.includes(length))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('never throws, and writes what it accepted in the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const decoded = decodeTlv(bytes)
        if (decoded.ok) expect(encodeTlv(decoded.items)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['truncated', '9F26'],
    ['truncated', '9F'],
    ['truncated', '9F2608D5CB'],
    ['truncated', '9581'],
    ['bad_length', '9583FFFFFF'],
    ['bad_length', '9580'],
    ['bad_length', '95810100'],
    ['bad_length', '958200FF'],
    ['bad_tag', '0000'],
    ['bad_tag', 'FF00'],
    ['bad_tag', '9F8001'],
    ['bad_tag', '9F81828300'],
    ['duplicate_tag', '95000A009500'],
  ])('refuses with %s: %s', (code, bytes) => {
    expect(decodeTlv(hex(bytes))).toMatchObject({ ok: false, code })
  })
})
