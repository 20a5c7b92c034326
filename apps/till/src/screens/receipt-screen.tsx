import { Printer } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button, Segments } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import type { CopyKind } from '../receipt/receipt.ts'
import { ReceiptPaper } from '../receipt/receipt-paper.tsx'
import { goTo } from '../shell/router.ts'
import { useKeys } from '../shell/use-keys.ts'
import { BackLink, PageHead } from './page-head.tsx'
import { usePayment } from './use-payment.ts'

export function ReceiptScreen({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  const found = usePayment(paymentId)
  const [copy, setCopy] = useState<CopyKind>('customer')
  useKeys((key) => {
    if (key !== 'Escape') return false
    goTo({ name: 'payment', paymentId })
    return true
  })
  return (
    <div className="page page--receipt">
      <PageHead title={t('receipt.title')} back={<BackLink to={{ name: 'payment', paymentId }} />} />
      {found === 'unknown' ? <p>{t('payment.not_found')}</p> : null}
      {typeof found === 'string' ? null : (
        <>
          <div className="receipt__tools">
            <Segments
              label={t('receipt.copy')}
              value={copy}
              options={[
                { value: 'customer', label: t('receipt.customer') },
                { value: 'merchant', label: t('receipt.merchant') },
              ]}
              onChange={setCopy}
            />
            <Button
              variant="outline"
              icon={<Printer aria-hidden size={20} />}
              onPress={() => globalThis.print()}
            >
              {t('receipt.print')}
            </Button>
          </div>
          <ReceiptPaper payment={found} copy={copy} />
          <div className="receipt__next">
            <Button variant="primary" large wide onPress={() => goTo({ name: 'sell' })}>
              {t('result.new_sale')}
            </Button>
          </div>
        </>
      )}
    </div>
  )
}
