import type { CardFacts } from '@holdfast/core'
import type { ReactNode } from 'react'
import { useTranslate } from '@holdfast/ui'

export function CardText({ card }: { readonly card: CardFacts }): ReactNode {
  const t = useTranslate()
  return (
    <span className="hf-money">
      {t(`brand.${card.brand}`)} •••• {card.last4}
    </span>
  )
}
