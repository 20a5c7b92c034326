import type { Money } from '@holdfast/core'
import type { ReactNode } from 'react'
import { useFormat } from '../language/language-provider.tsx'

/** An amount in the person's own notation; never broken over two lines. */
export function MoneyText({ money }: { readonly money: Money }): ReactNode {
  return <span className="hf-money">{useFormat().money(money)}</span>
}
