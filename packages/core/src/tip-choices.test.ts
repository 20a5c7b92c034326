import { describe, expect, test } from 'vitest'
import { tipChoices, type TipSuggestions } from './tip-choices.ts'

const both: TipSuggestions = { percentages: [10, 15, 20], fixedMinor: [100, 200], fixedBelowMinor: 1_000 }
const tips = (suggestions: TipSuggestions, amountMinor: number) =>
  tipChoices(suggestions, amountMinor).map(({ tipMinor }) => tipMinor)

describe('TM17: what the customer is offered to give', () => {
  test.each([
    ['below the threshold: the fixed ones', both, 999, [100, 200]],
    ['at the threshold: the percentages', both, 1_000, [100, 150, 200]],
    ['without a threshold: the percentages', { ...both, fixedBelowMinor: null }, 500, [50, 75, 100]],
    ['with nothing but fixed ones: those', { ...both, percentages: [] }, 5_000, [100, 200]],
    [
      'below the threshold without fixed ones: the percentages',
      { ...both, fixedMinor: [] },
      500,
      [50, 75, 100],
    ],
    ['half a cent is rounded up', { ...both, fixedBelowMinor: null }, 1_005, [101, 151, 201]],
    ['what comes to nothing or twice to the same is left out', { ...both, fixedBelowMinor: null }, 5, [1]],
    ['nothing is configured: nothing', { percentages: [], fixedMinor: [], fixedBelowMinor: null }, 5_000, []],
  ])('%s', (_what, suggestions, amountMinor, expected) => {
    expect(tips(suggestions, amountMinor)).toEqual(expected)
  })

  test('a percentage of the largest amount is still exact', () => {
    expect(tips({ ...both, percentages: [100] }, 999_999_999_999)).toEqual([999_999_999_999])
  })
})
