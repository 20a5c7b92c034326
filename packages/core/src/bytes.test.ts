import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, fromBase64Url, fromHex, toBase64Url, toHex } from './bytes.ts'

test('hexadecimal and base64url give back every sequence of bytes, and agree with Node', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    }),
  )
})

test('one value has one spelling: whatever is read is written the same', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/), (text) => {
      const bytes = fromBase64Url(text)
      if (bytes !== null) expect(toBase64Url(bytes)).toBe(text)
    }),
  )
})

test.each(['A', 'AAAAA', 'AA==', 'AB', 'AAB', 'A+', 'A/', 'A A', 'é'])('base64url refuses %j', (text) => {
  expect(fromBase64Url(text)).toBeNull()
})

test.each(['a', 'abc', 'zz', '0x', ' 00', '00\n'])('hexadecimal refuses %j', (text) => {
  expect(fromHex(text)).toBeNull()
})

test('hexadecimal is read in either case and written in the lower one', () => {
  expect(toHex(fromHex('aBcD') ?? new Uint8Array())).toBe('abcd')
})

test('parts are joined in their order, into memory of their own', () => {
  const part = new Uint8Array([1, 2])
  const whole = concatBytes(part, new Uint8Array(), new Uint8Array([3]))
  part[0] = 9
  expect(whole).toEqual(new Uint8Array([1, 2, 3]))
  expect(concatBytes()).toEqual(new Uint8Array())
})
