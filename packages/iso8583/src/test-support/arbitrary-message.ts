import * as fc from 'fast-check'

import type { Iso8583Message } from '../message.ts'
import type { FieldFormat, WireProfile } from '../profile.ts'

const ALPHABETS = {
  n: '0123456789',
  z: '0123456789',
  an: 'ABCXYZabcxyz0189 ',
  ans: ' !"#$%&/()=?ABCabc019~',
}

/** Any message that the profile can write, with any subset of its fields. */
export function arbitraryMessage(profile: WireProfile): fc.Arbitrary<Iso8583Message> {
  const formats: { readonly [number: number]: FieldFormat | undefined } = profile.fields
  const fields = Object.entries(formats).flatMap(([number, format]) =>
    format === undefined ? [] : [[number, arbitraryValue(format)] as const],
  )
  return fc.record({
    mti: fc.constantFrom(
      '0100',
      '0101',
      '0110',
      '0120',
      '0200',
      '0221',
      '0320',
      '0401',
      '0430',
      '0500',
      '0810',
    ),
    fields: fc.record(Object.fromEntries(fields), { requiredKeys: [] }),
  })
}

function arbitraryValue(format: FieldFormat): fc.Arbitrary<string | Uint8Array> {
  const minLength = format.kind === 'fixed' ? format.length : 1
  const maxLength = format.kind === 'fixed' ? format.length : format.lengthMax
  if (format.content === 'b') return fc.uint8Array({ minLength, maxLength })
  const unit = fc.constantFrom(...ALPHABETS[format.content].split(''))
  const text = fc.string({ unit, minLength, maxLength })
  if (format.content !== 'z') return text
  return fc
    .tuple(text, fc.nat({ max: maxLength }), fc.boolean())
    .map(([digits, at, separated]) =>
      separated && at < digits.length ? `${digits.slice(0, at)}=${digits.slice(at + 1)}` : digits,
    )
}
