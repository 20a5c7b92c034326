import type { CardBrand, CardFacts, EntryMode } from './card.ts'

/** What a merchant takes at all, online or not (ST14); `OfflineTerms` can only take away from it. */
export interface OfferedMethods {
  readonly brands: readonly CardBrand[]
  readonly entryModes: readonly EntryMode[]
}

/** Codes of the error table; the way of reading is known before the card is. */
export type MethodRefusal = 'entry_mode_not_offered' | 'card_brand_not_offered'

/** `offered` null: everything is. */
export function methodRefusal(
  offered: OfferedMethods | null,
  { brand, entryMode }: Pick<CardFacts, 'brand' | 'entryMode'>,
): MethodRefusal | null {
  if (offered === null) return null
  if (!offered.entryModes.includes(entryMode)) return 'entry_mode_not_offered'
  return offered.brands.includes(brand) ? null : 'card_brand_not_offered'
}

/** Those of `modes` in which a card may be presented. */
export function offeredModes(
  offered: OfferedMethods | null,
  modes: readonly EntryMode[],
): readonly EntryMode[] {
  return offered === null ? modes : modes.filter((mode) => offered.entryModes.includes(mode))
}
