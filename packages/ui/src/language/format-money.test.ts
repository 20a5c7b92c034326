import type { Currency } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { decimalText, formatMoney } from './format-money.ts'

const cases: readonly (readonly [Currency, number, string, string])[] = [
  ['eur', 123456, 'en-GB', '€1,234.56'],
  ['eur', 123456, 'fr-FR', '1 234,56 €'],
  ['eur', 1234567, 'es-ES', '12.345,67 €'],
  ['eur', 5, 'en-GB', '€0.05'],
  ['jpy', 123456, 'en-GB', 'JP¥123,456'],
  ['jpy', 123456, 'fr-FR', '123 456 JPY'],
  ['jpy', 123456, 'es-ES', '123.456 JPY'],
  ['kwd', 123456, 'en-GB', 'KWD 123.456'],
  ['kwd', 123456, 'fr-FR', '123,456 KWD'],
  ['kwd', 1234567, 'es-ES', '1234,567 KWD'],
]

describe('an amount is written as the locale writes it, with the decimals of its currency', () => {
  test.each(cases)('%s %i in %s', (currency, amountMinor, locale, expected) => {
    // Which kind of space stands between is the platform's choice.
    expect(formatMoney({ amountMinor, currency }, locale).replaceAll(/\s/gu, ' ')).toBe(expected)
  })
})

test('the largest amount keeps every digit, which a float of major units would not promise', () => {
  expect(formatMoney({ amountMinor: 999_999_999_999, currency: 'kwd' }, 'en-GB')).toContain('999,999,999.999')
})

test('small amounts are filled up with zeros, negative ones keep their sign', () => {
  expect(decimalText({ amountMinor: 7, currency: 'kwd' })).toBe('0.007')
  expect(decimalText({ amountMinor: -7, currency: 'eur' })).toBe('-0.07')
  expect(decimalText({ amountMinor: 7, currency: 'jpy' })).toBe('7')
})
