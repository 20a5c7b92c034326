import { AMOUNT_MINOR_MAX, type Currency, currencyExponent } from '@holdfast/core'

/** `1234` of a currency with two decimals is `12.34`; the digits move as text, so no amount passes through a float. */
export function decimalOf(amountMinor: number, currency: Currency): string {
  const exponent = currencyExponent(currency)
  const sign = amountMinor < 0 ? '-' : ''
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  return sign + (exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`)
}

/** The way back, with a point or a comma; null for anything that is not exactly an amount of the currency. */
export function minorOf(text: string, currency: Currency): number | null {
  const exponent = currencyExponent(currency)
  const [, whole, fraction = ''] = /^(\d{1,12})(?:[.,](\d{0,4}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || fraction.length > exponent) return null
  const minor = Number(whole + fraction.padEnd(exponent, '0'))
  return minor <= AMOUNT_MINOR_MAX ? minor : null
}
