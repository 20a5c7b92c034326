import type { CardFacts } from './card.ts'

/** A card is good to the end of its month, anywhere on earth. */
export function isCardExpired(facts: Pick<CardFacts, 'expMonth' | 'expYear'>, nowMs: number): boolean {
  const months = facts.expYear * 12 + facts.expMonth
  return nowMs >= utcMonthStartMs(months) + 12 * 3_600_000
}

/** The first millisecond of the month after `months` (year × 12 + month, 1-based), in UTC; days by civil count. */
function utcMonthStartMs(months: number): number {
  const year = Math.floor(months / 12)
  const month = (months % 12) + 1
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5)
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * 86_400_000
}
