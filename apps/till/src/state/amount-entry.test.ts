import type { KeypadKey } from '@holdfast/ui'
import { expect, test } from 'vitest'
import { keypadKeyOf, pressKey } from './amount-entry.ts'

function typed(...keys: KeypadKey[]): number {
  return keys.reduce(pressKey, 0)
}

test('digits run in from the right', () => {
  expect(typed('1', '2', '5', '0')).toBe(1250)
  expect(typed('7', '00')).toBe(700)
})

test('leading zeros stay nothing', () => {
  expect(typed('0', '00')).toBe(0)
})

test('backspace takes the last digit, down to nothing', () => {
  expect(typed('1', '2', 'backspace')).toBe(1)
  expect(typed('1', 'backspace', 'backspace')).toBe(0)
})

test('a digit too many is ignored, so the amount on the screen stays what was meant', () => {
  expect(pressKey(999_999_999_999, '9')).toBe(999_999_999_999)
  expect(pressKey(99_999_999_999, '00')).toBe(99_999_999_999)
  expect(pressKey(99_999_999_999, '9')).toBe(999_999_999_999)
})

test('digits and backspace of the keyboard are keys of the pad, others are not', () => {
  expect(keypadKeyOf('7')).toBe('7')
  expect(keypadKeyOf('Backspace')).toBe('backspace')
  for (const other of ['a', 'Enter', 'F1', '٣', '']) expect(keypadKeyOf(other)).toBeNull()
})
