import { currencyExponent, isCurrency } from '@holdfast/core'

/** `12.34 EUR`, `-0.05 EUR`. The amount may be beyond what a number holds, so it is text. */
export function amountText(minor: string, currency: string): string {
  if (minor.startsWith('-')) return `-${amountText(minor.slice(1), currency)}`
  const exponent = isCurrency(currency) ? currencyExponent(currency) : 0
  const digits = minor.padStart(exponent + 1, '0')
  const text = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
  return `${text} ${currency.toUpperCase()}`
}
