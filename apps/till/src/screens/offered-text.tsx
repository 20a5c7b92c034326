import { cardBrands, entryModes, type OfferedMethods } from '@holdfast/core'
import type { ReactNode } from 'react'
import { useTranslate } from '@holdfast/ui'

/** The brands that are taken and how a card may be presented (ST14), in the order in which they are known everywhere. */
export function OfferedText({ offered }: { readonly offered: OfferedMethods | null }): ReactNode {
  const t = useTranslate()
  if (offered === null) return t('brand.all')
  const brands = cardBrands.filter((brand) => offered.brands.includes(brand))
  const modes = entryModes.filter((mode) => offered.entryModes.includes(mode))
  const taken =
    brands.length === cardBrands.length
      ? t('brand.all')
      : brands.map((brand) => t(`brand.${brand}`)).join(', ')
  return `${taken} (${modes.map((mode) => t(`entry.${mode}`)).join(', ')})`
}
