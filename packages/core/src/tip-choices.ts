/** What a merchant lets its customers choose from, in one currency. */
export interface TipSuggestions {
  /** Whole per cent of the amount. */
  readonly percentages: readonly number[]
  /** Minor units. */
  readonly fixedMinor: readonly number[]
  /** Below this amount the fixed ones are offered, from it on the percentages; null: not by the amount. */
  readonly fixedBelowMinor: number | null
}

export interface TipChoice {
  readonly tipMinor: number
  /** Null for a fixed one. */
  readonly percentage: number | null
}

/**
 * The choices for one amount in minor units, as Stripe's terminals make them: percentages where there are any, and fixed
 * ones below the smart threshold or where nothing else is configured. Half a minor unit is rounded up. What comes to
 * nothing, or twice to the same, is left out.
 */
export function tipChoices(suggestions: TipSuggestions, amountMinor: number): TipChoice[] {
  const { percentages, fixedMinor, fixedBelowMinor } = suggestions
  const fixed = fixedMinor.map((tipMinor): TipChoice => ({ tipMinor, percentage: null }))
  const shares = percentages.map((percentage): TipChoice => ({
    tipMinor: Math.floor((amountMinor * percentage + 50) / 100),
    percentage,
  }))
  const isSmall = fixedBelowMinor !== null && amountMinor < fixedBelowMinor
  const wanted = isSmall && fixed.length > 0 ? fixed : shares.length > 0 ? shares : fixed
  return wanted.filter(
    ({ tipMinor }, at) => tipMinor > 0 && wanted.findIndex((choice) => choice.tipMinor === tipMinor) === at,
  )
}
