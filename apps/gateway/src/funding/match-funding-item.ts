import type { FundingClaim } from './funding-claims.ts'
import type { FundingItem } from './read-funding-file.ts'

/** How what was paid for one item stands to the books. */
export type FundingMatch =
  | { readonly difference: null | 'other_amount' | 'other_fee'; readonly claim: FundingClaim }
  /** Paid for before, so nothing is settled by it. */
  | { readonly difference: 'doubled'; readonly claim: FundingClaim }
  /** Of nothing in the books. */
  | { readonly difference: 'unknown'; readonly claim: null }

/**
 * `direct`: the acquirer pays the merchant, and keeps the merchant's fees. `facilitator`: it pays us, and its fees are a
 * matter between us and it.
 */
export function matchFundingItem(
  item: FundingItem,
  claim: FundingClaim | undefined,
  funding: 'direct' | 'facilitator',
): FundingMatch {
  if (claim === undefined) return { difference: 'unknown', claim: null }
  const isPaid = claim.isFunded || (funding === 'direct' && claim.isPaidOut)
  if (isPaid) return { difference: 'doubled', claim }
  if (claim.amountMinor !== item.amountMinor) return { difference: 'other_amount', claim }
  if (funding === 'direct' && claim.feeMinor !== item.feeMinor) return { difference: 'other_fee', claim }
  return { difference: null, claim }
}

/** What of the books the item settles: the amount that was owed, and the fee that is kept of it. */
export function settledBy(
  item: FundingItem,
  { difference, claim }: FundingMatch,
  funding: 'direct' | 'facilitator',
): { readonly expectedMinor: number; readonly expectedFeeMinor: number } {
  if (difference === 'unknown' || difference === 'doubled') return { expectedMinor: 0, expectedFeeMinor: 0 }
  const expectedFeeMinor = funding === 'direct' ? claim.feeMinor : item.feeMinor
  return { expectedMinor: claim.amountMinor, expectedFeeMinor }
}
