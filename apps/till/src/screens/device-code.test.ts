import { expect, test } from 'vitest'
import { bareCode, spacedCode } from './device-code.ts'

test('spaces, dashes and case do not count', () => {
  expect(bareCode(' abcd-23 45 ')).toBe('ABCD2345')
})

test('a code is shown in two groups of four', () => {
  expect(spacedCode('abcd2345')).toBe('ABCD-2345')
  expect(spacedCode('abc')).toBe('ABC')
})
