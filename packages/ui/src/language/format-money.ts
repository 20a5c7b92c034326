import { type Currency, currencyExponent, type Money } from '@holdfast/core'

/**
 * As people of the locale write it, exactly: the digits are moved as text, so no amount passes through a float, and the
 * number of decimals is the currency's own (ISO 4217), not what the platform believes.
 */
export function formatMoney(money: Money, locale: string): string {
  // A decimal text is a StringNumericLiteral (ES2023); Intl formats it without rounding through a number.
  const decimal = decimalText(money) as `${number}`
  return formatterOf(money.currency, locale).format(decimal)
}

/** `1234` of a currency with two decimals is `12.34`. */
export function decimalText({ amountMinor, currency }: Money): string {
  const exponent = currencyExponent(currency)
  if (exponent === 0) return String(amountMinor)
  const sign = amountMinor < 0 ? '-' : ''
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(currency: Currency, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const digits = currencyExponent(currency)
  const formatter = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  formatters.set(key, formatter)
  return formatter
}
