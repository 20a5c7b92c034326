import { describe, expect, test } from 'vitest'
import { cardNamed, cardNames, simulatedCards } from './simulated-cards.ts'

/** The names and numbers that others rely on. */
const numbers = {
  visa: '4242424242424242',
  mastercard: '5555555555554444',
  amex: '378282246310005',
  cb_visa: '4035501000000008',
  interac: '4506445006931933',
  declined_05: '4000000000000002',
  declined_51: '4000000000009995',
  declined_late_51: '4000000000000341',
  stolen_43: '4000000000009979',
  offline_approving: '5200828282828210',
  prepaid: '4000000000003063',
  contactless_visa: '4000056655665556',
  eea_contactless_pin: '4000003720000278',
  expired: '4000000000000069',
  blocked: '4000000000000119',
  pin_wrong: '4000000000000127',
  removed: '4000000000003220',
  magstripe: '6011111111111117',
  cda_broken: '5105105105105100',
}

describe('simulated cards', () => {
  test('have exactly the contracted names and numbers', () => {
    expect(Object.fromEntries(cardNames.map((name) => [name, simulatedCards[name].pan]))).toEqual(numbers)
  })

  test.each(Object.entries(numbers))('%s answers to its name and to its number', (name, number) => {
    expect(cardNamed(name)).toBe(name)
    expect(cardNamed(number)).toBe(name)
    expect(cardNamed(number.replaceAll(/(\d{4})(?=\d)/g, '$1 '))).toBe(name)
  })

  test.each(['', ' ', 'VISA', 'toString', '4242', '42424242424242420'])('%j names no card', (text) => {
    expect(cardNamed(text)).toBeNull()
  })

  test.each(Object.entries(numbers))('the number of %s passes the Luhn check', (_name, number) => {
    const sum = number
      .split('')
      .toReversed()
      .reduce((total, digit, place) => {
        const value = Number(digit) * (place % 2 === 0 ? 1 : 2)
        return total + (value > 9 ? value - 9 : value)
      }, 0)
    expect(sum % 10).toBe(0)
  })

  test('are good to 2030, except the expired one', () => {
    const early = cardNames.filter((name) => simulatedCards[name].expiry !== '3012')
    expect(early).toEqual(['expired'])
    expect(simulatedCards.expired.expiry).toBe('2001')
  })
})
