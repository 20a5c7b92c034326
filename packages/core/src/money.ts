/** ISO 4217 exponents of the currencies that a device may take; ISO number for the acquirer's field 49. */
const CURRENCIES = {
  aud: { exponent: 2, number: '036' },
  cad: { exponent: 2, number: '124' },
  chf: { exponent: 2, number: '756' },
  czk: { exponent: 2, number: '203' },
  dkk: { exponent: 2, number: '208' },
  eur: { exponent: 2, number: '978' },
  gbp: { exponent: 2, number: '826' },
  hkd: { exponent: 2, number: '344' },
  huf: { exponent: 2, number: '348' },
  jpy: { exponent: 0, number: '392' },
  kwd: { exponent: 3, number: '414' },
  mxn: { exponent: 2, number: '484' },
  nok: { exponent: 2, number: '578' },
  nzd: { exponent: 2, number: '554' },
  pln: { exponent: 2, number: '985' },
  ron: { exponent: 2, number: '946' },
  sek: { exponent: 2, number: '752' },
  sgd: { exponent: 2, number: '702' },
  usd: { exponent: 2, number: '840' },
} as const

/** Lower-case ISO 4217 code. */
export type Currency = keyof typeof CURRENCIES

/** DE4 has twelve digits. */
export const AMOUNT_MINOR_MAX = 999_999_999_999

/** An amount in the currency's minor unit (cents, yen, fils), never a float. */
export interface Money {
  readonly amountMinor: number
  readonly currency: Currency
}

export const currencies = Object.keys(CURRENCIES) as readonly Currency[]

export function isCurrency(text: string): text is Currency {
  return Object.hasOwn(CURRENCIES, text)
}

/** Digits behind the decimal point. */
export function currencyExponent(currency: Currency): number {
  return CURRENCIES[currency].exponent
}

/** Three digits, as ISO 8583 field 49 carries it. */
export function currencyNumber(currency: Currency): string {
  return CURRENCIES[currency].number
}

/** True for what a sale may cost: a whole number of minor units from 1 to twelve digits. */
export function isAmountMinor(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= AMOUNT_MINOR_MAX
}
