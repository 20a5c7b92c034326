import { AMOUNT_MINOR_MAX } from '@holdfast/core'
import type { KeypadKey } from '@holdfast/ui'

/** Digits run in from the right: 1 2 5 0 is 12.50 in a currency with two decimals. Zero means nothing entered. */
export function pressKey(amountMinor: number, key: KeypadKey): number {
  if (key === 'backspace') return Math.floor(amountMinor / 10)
  const next = key === '00' ? amountMinor * 100 : amountMinor * 10 + Number(key)
  // A key too many is ignored rather than cut: the amount on the screen stays what was meant.
  return next > AMOUNT_MINOR_MAX ? amountMinor : next
}

/** The key of the keypad that a key of the keyboard stands for. */
export function keypadKeyOf(keyboardKey: string): KeypadKey | null {
  if (keyboardKey === 'Backspace') return 'backspace'
  const digits: readonly KeypadKey[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
  return digits.find((digit) => digit === keyboardKey) ?? null
}
