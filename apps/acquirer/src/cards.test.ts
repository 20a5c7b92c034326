import { describe, expect, it } from 'vitest'

import { isLuhnValid, issuerDecision, TEST_CARDS } from './cards.ts'

describe('test cards', () => {
  it('are all card numbers, under one name and one number each', () => {
    expect(TEST_CARDS.filter(({ pan }) => !isLuhnValid(pan))).toEqual([])
    expect(new Set(TEST_CARDS.map(({ pan }) => pan)).size).toBe(TEST_CARDS.length)
    expect(new Set(TEST_CARDS.map(({ name }) => name)).size).toBe(TEST_CARDS.length)
  })

  it.each([
    ['visa', '4242424242424242', '00', '00'],
    ['declined_05', '4000000000000002', '05', '05'],
    ['declined_51', '4000000000009995', '51', '51'],
    ['declined_late_51', '4000000000000341', '00', '51'],
    ['stolen_43', '4000000000009979', '43', '43'],
    ['expired', '4000000000000069', '54', '54'],
    ['blocked', '4000000000000119', '62', '62'],
    ['interac', '4506445006931933', '00', '57'],
    ['an unknown card', '4111111111111111', '00', '00'],
    ['no card number', '4111111111111112', '14', '14'],
  ])('%s is answered %s online %s, deferred %s', (_, pan, online, deferred) => {
    expect([issuerDecision(pan, false), issuerDecision(pan, true)]).toEqual([online, deferred])
  })
})
