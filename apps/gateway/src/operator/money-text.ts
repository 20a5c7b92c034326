import type { Currency } from '@holdfast/core'
import { escapeHtml, type PageLanguage } from '../pages/page.ts'
import { decimalOf } from './decimal-amount.ts'

/** As people of the language write it; safe inside HTML. */
export function moneyText(amountMinor: number, currency: Currency, language: PageLanguage): string {
  // A decimal text is a StringNumericLiteral (ES2023); Intl formats it without rounding through a number.
  const decimal = decimalOf(amountMinor, currency) as `${number}`
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: currency.toUpperCase() })
  return escapeHtml(format.format(decimal))
}
