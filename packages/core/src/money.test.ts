import { expect, test } from 'vitest'
import { currencies, currencyExponent, currencyNumber, isAmountMinor, isCurrency } from './money.ts'

test.each([
  [1, true],
  [999_999_999_999, true],
  [0, false],
  [-1, false],
  [1_000_000_000_000, false],
  [12.5, false],
  [Number.NaN, false],
  [Number.POSITIVE_INFINITY, false],
])('%d as an amount: %s', (value, fits) => {
  expect(isAmountMinor(value)).toBe(fits)
})

test('a currency is a lower-case code of the table and no word that every object has', () => {
  expect(isCurrency('eur')).toBe(true)
  for (const text of ['EUR', 'xxx', '', 'toString', '__proto__']) expect(isCurrency(text)).toBe(false)
})

test('exponents and numbers are ISO 4217’s', () => {
  expect([currencyExponent('eur'), currencyExponent('jpy'), currencyExponent('kwd')]).toEqual([2, 0, 3])
  expect([currencyNumber('eur'), currencyNumber('usd'), currencyNumber('aud')]).toEqual(['978', '840', '036'])
  expect(new Set(currencies.map(currencyNumber)).size).toBe(currencies.length)
  for (const currency of currencies) expect(currencyNumber(currency)).toMatch(/^\d{3}$/)
})
