import type { CardFacts } from '@holdfast/core'

/**
 * Card numbers that are printed in public test guides, by first six and last four digits: in live mode each is a
 * mistake or a fraud, and a stored one would never be paid.
 */
export function isPublishedTestCard({ bin, last4 }: Pick<CardFacts, 'bin' | 'last4'>): boolean {
  return PUBLISHED.has(bin.slice(0, 6) + last4)
}

const PUBLISHED: ReadonlySet<string> = new Set([
  '4242424242',
  '4000000077',
  '4000008210',
  '4000569655',
  '4111111111',
  '5555554444',
  '5200828210',
  '5105105100',
  '2223003222',
  '3782820005',
  '3714498431',
  '6011111117',
  '6011009424',
  '3566000505',
  '6200000005',
])
