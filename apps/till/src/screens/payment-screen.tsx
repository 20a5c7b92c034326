import { ReceiptText, Undo2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { StoredPayment } from '@holdfast/sdk'
import { Button, ConfirmDialog, MoneyText, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { CardText } from '../receipt/card-text.tsx'
import { useLateReason } from '../shell/notices.tsx'
import { goTo } from '../shell/router.ts'
import { useRoom } from '../shell/till-context.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { mayVoid, timeOf, toneOf } from '../state/payment-view.ts'
import { BackLink, PageHead } from './page-head.tsx'
import { PaymentStateBadge } from './payment-state-badge.tsx'
import { usePayment } from './use-payment.ts'
import { useVoidReason } from './use-void-reason.ts'

export function PaymentScreen({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  const found = usePayment(paymentId)
  useKeys((key) => {
    if (key !== 'Escape') return false
    goTo({ name: 'payments' })
    return true
  })
  return (
    <div className="page">
      <PageHead title={t('payment.title')} back={<BackLink to={{ name: 'payments' }} />} />
      {found === 'unknown' ? <p>{t('payment.not_found')}</p> : null}
      {typeof found === 'string' ? null : <Payment payment={found} />}
    </div>
  )
}

function Payment({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  return (
    <>
      <section className="hf-card payment" data-tone={toneOf(payment.state)}>
        <p className="payment__amount" data-voided={payment.state === 'VOIDED'}>
          <MoneyText money={payment.money} />
        </p>
        <PaymentStateBadge state={payment.state} />
        <p className="payment__explain">{t(`explain.${payment.state}`)}</p>
        <Reason payment={payment} />
        <Facts payment={payment} />
      </section>
      <div className="payment__actions">
        {payment.state === 'OPEN' || !('card' in payment) ? null : (
          <Button
            variant="primary"
            large
            icon={<ReceiptText aria-hidden size={20} />}
            onPress={() => goTo({ name: 'receipt', paymentId: payment.paymentId })}
          >
            {t('result.receipt')}
          </Button>
        )}
        {mayVoid(payment) ? <VoidButton payment={payment} /> : null}
      </div>
    </>
  )
}

function Reason({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const lateReason = useLateReason()
  const voidReason = useVoidReason()
  if (payment.state === 'FAILED_TO_PROCESS' || payment.state === 'FAILED_TO_UPLOAD')
    return <p className="payment__reason">{lateReason(payment.code)}</p>
  return payment.state === 'VOIDED' ? <p className="payment__explain">{voidReason(payment.reason)}</p> : null
}

function Facts({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const format = useFormat()
  return (
    <dl className="hf-facts">
      <dt>{t('payment.time')}</dt>
      <dd>{format.time(timeOf(payment))}</dd>
      {'card' in payment ? (
        <>
          <dt>{t('payment.card')}</dt>
          <dd>
            <CardText card={payment.card} />
          </dd>
        </>
      ) : null}
      {payment.reference === null ? null : (
        <>
          <dt>{t('payment.reference')}</dt>
          <dd>{payment.reference}</dd>
        </>
      )}
      {payment.state === 'ACCEPTED_ONLINE' ? (
        <>
          <dt>{t('receipt.approval_code')}</dt>
          <dd>{payment.approvalCode}</dd>
        </>
      ) : null}
      <dt>{t('result.payment_id')}</dt>
      <dd className="hf-mono" data-testid="payment-id">
        {payment.paymentId}
      </dd>
    </dl>
  )
}

function VoidButton({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const refusal = useRefusal()
  const { till } = useRoom()
  const [dialog, setDialog] = useState<'closed' | 'asking' | 'busy'>('closed')
  const [code, setCode] = useState<string | null>(null)

  async function voidIt(): Promise<void> {
    setDialog('busy')
    setCode(await till.voidPayment(payment.paymentId))
    setDialog('closed')
  }

  return (
    <>
      <Button
        variant="outline"
        large
        icon={<Undo2 aria-hidden size={20} />}
        onPress={() => setDialog('asking')}
      >
        {t('payment.void')}
      </Button>
      {code === null ? null : (
        <p className="payment__reason" role="alert">
          {t('payment.void.failed')} {refusal(code)}
        </p>
      )}
      <ConfirmDialog
        open={dialog !== 'closed'}
        busy={dialog === 'busy'}
        danger
        title={t('payment.void.title')}
        confirmLabel={t('payment.void.confirm')}
        onConfirm={() => void voidIt()}
        onCancel={() => setDialog('closed')}
      >
        {t('payment.void.body', { amount: format.money(payment.money) })}
      </ConfirmDialog>
    </>
  )
}
