import type { ReactNode } from 'react'
import type { StoredPayment } from '@holdfast/sdk'
import { useLanguage, useTranslate } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { type CopyKind, writeReceipt } from './receipt.ts'

/** The paper, on the screen and, alone on the page, in print. */
export function ReceiptPaper({
  payment,
  copy,
}: {
  readonly payment: StoredPayment
  readonly copy: CopyKind
}): ReactNode {
  const till = useTill()
  const shared = useTranslate()
  const { locale } = useLanguage()
  const { settings } = useTillState()
  const { config } = useRoom()
  if (settings === null) return null
  const receipt = writeReceipt(payment, copy, settings, { till, shared, locale })
  if (receipt === null) return null
  return (
    <article className="paper" aria-label={till(`receipt.${copy}`)}>
      <header className="paper__head">
        <p className="paper__shop">{receipt.shop}</p>
        <p>{receipt.place}</p>
        <p className="paper__copy">{till(`receipt.${copy}`)}</p>
      </header>
      <p className="paper__amount hf-money">{receipt.amount}</p>
      <p className="paper__status">{receipt.status}</p>
      {receipt.note === null ? null : <p className="paper__note">{receipt.note}</p>}
      <dl className="paper__lines">
        {receipt.lines.map((line) => (
          <div key={line.label}>
            <dt>{line.label}</dt>
            <dd>{line.value}</dd>
          </div>
        ))}
      </dl>
      {receipt.wantsSignature ? <p className="paper__signature">{till('receipt.signature')}</p> : null}
      <footer className="paper__foot">
        {copy === 'customer' ? <p>{till('receipt.keep')}</p> : null}
        {config.acquirerTest ? <p>{till('receipt.test')}</p> : null}
      </footer>
    </article>
  )
}
