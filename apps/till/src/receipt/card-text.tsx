import type { CardFacts } from '@holdfast/core'
import type { ReactNode } from 'react'
import { useTranslate } from '@holdfast/ui'

export function CardText({ card }: { readonly card: CardFacts }): ReactNode {
  const t = useTranslate()
  return (
    <>
      {t(`brand.${card.brand}`)} {`••••\u00A0${card.last4}`}
    </>
  )
}
