import { expect, test } from 'vitest'
import { methodRefusal, offeredModes } from './offered-methods.ts'

const offered = { brands: ['visa' as const], entryModes: ['contact' as const, 'contactless' as const] }

test.each([
  [null, 'amex', 'keyed', null],
  [offered, 'visa', 'contactless', null],
  [offered, 'amex', 'contact', 'card_brand_not_offered'],
  [offered, 'visa', 'keyed', 'entry_mode_not_offered'],
  [offered, 'amex', 'magnetic_stripe', 'entry_mode_not_offered'],
] as const)('ST14: of %o a card of %s by %s is answered %s', (terms, brand, entryMode, refusal) => {
  expect(methodRefusal(terms, { brand, entryMode })).toBe(refusal)
})

test('ST14: a reader is armed for what it can read and what is offered', () => {
  expect(offeredModes(null, ['contact', 'keyed'])).toEqual(['contact', 'keyed'])
  expect(offeredModes(offered, ['contact', 'keyed'])).toEqual(['contact'])
})
