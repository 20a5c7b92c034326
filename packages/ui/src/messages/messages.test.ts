import { cardBrands, cardholderVerifications, entryModes } from '@holdfast/core'
import { expect, test } from 'vitest'
import { catalogueProblems } from './catalogue-problems.ts'
import { declineMessage } from './decline-message.ts'
import { messages } from './index.ts'

test('every shared message exists in every language with the same values', () => {
  expect(catalogueProblems(messages)).toEqual([])
})

test('every brand, entry mode and way of verification has a name', () => {
  const keys = Object.keys(messages.en)
  for (const brand of cardBrands) expect(keys).toContain(`brand.${brand}`)
  for (const mode of entryModes) expect(keys).toContain(`entry.${mode}`)
  for (const cvm of cardholderVerifications) expect(keys).toContain(`cvm.${cvm}`)
})

test('a lost or stolen card reads the same as any restricted one, since the customer may see the screen', () => {
  for (const code of ['04', '41', '43']) expect(declineMessage(code)).toBe('decline.restricted')
})

test('a response code that nobody knows is still a decline', () => {
  expect(declineMessage('ZZ')).toBe('decline.other')
})
