import { Banknote, HandCoins, ReceiptText } from 'lucide-react'
import type { ReactNode } from 'react'
import { type StoredPayment, tipOf, totalOf } from '@holdfast/sdk'
import { Button, MoneyText, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { CardText } from '../receipt/card-text.tsx'
import { useLateReason } from '../shell/notices.tsx'
import { goTo } from '../shell/router.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { kindOf, lookOf, mayVoid, timeOf } from '../state/payment-view.ts'
import { restPayment, restToPay } from '../state/rest-to-pay.ts'
import { BackLink, PageHead } from './page-head.tsx'
import { PartText } from './part-text.tsx'
import { PaymentStateBadge } from './payment-state-badge.tsx'
import { TipAsideBanner } from './tip-aside-banner.tsx'
import { usePayment } from './use-payment.ts'
import { useVoidReason } from './use-void-reason.ts'
import { VoidButton } from './void-button.tsx'

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
  const { till } = useRoom()
  const { payments } = useTillState()
  const rest = restToPay(payment)
  const paidBy = rest === null ? null : restPayment(payments, payment)
  const { tone, isPart } = lookOf(payment)
  return (
    <>
      <TipAsideBanner payment={payment} />
      <section className="hf-card payment" data-tone={tone}>
        <p className="payment__amount" data-voided={payment.state === 'VOIDED'}>
          <MoneyText money={totalOf(payment)} />
        </p>
        <PaymentStateBadge payment={payment} />
        {isPart ? (
          <p className="payment__part" data-testid="part">
            <PartText payment={payment} />
          </p>
        ) : null}
        <p className="payment__explain">{isPart ? t('partial.body') : t(explanationOf(payment))}</p>
        <Reason payment={payment} />
        <Facts payment={payment} paidBy={paidBy} />
      </section>
      <div className="payment__actions">
        {rest === null || paidBy !== null ? null : (
          <Button
            variant="primary"
            large
            icon={<Banknote aria-hidden size={20} />}
            onPress={() => void till.payRest(rest)}
          >
            {t('partial.pay_rest')}
          </Button>
        )}
        {payment.state === 'OPEN' || !('card' in payment) ? null : (
          <Button
            variant={rest === null ? 'primary' : 'outline'}
            large
            icon={<ReceiptText aria-hidden size={20} />}
            onPress={() => goTo({ name: 'receipt', paymentId: payment.paymentId })}
          >
            {t('result.receipt')}
          </Button>
        )}
        {till.mayTip(payment) ? (
          <Button
            variant="outline"
            large
            icon={<HandCoins aria-hidden size={20} />}
            onPress={() => goTo({ name: 'tip', paymentId: payment.paymentId })}
          >
            {t(tipOf(payment) > 0 ? 'write_tip.change' : 'write_tip.open')}
          </Button>
        ) : null}
        {mayVoid(payment) && paidBy === null ? (
          <VoidButton
            paymentId={payment.paymentId}
            money={totalOf(payment)}
            owedMinor={rest?.owed.amountMinor ?? 0}
          />
        ) : null}
      </div>
    </>
  )
}

function explanationOf(payment: StoredPayment): `explain.${StoredPayment['state'] | 'given_up'}` {
  const isGivenUp = payment.state === 'FAILED_TO_PROCESS' && payment.note !== undefined
  return `explain.${isGivenUp ? 'given_up' : payment.state}`
}

function Reason({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const lateReason = useLateReason()
  const voidReason = useVoidReason()
  if (payment.state === 'FAILED_TO_PROCESS' || payment.state === 'FAILED_TO_UPLOAD') {
    const note = payment.state === 'FAILED_TO_PROCESS' ? payment.note : undefined
    return (
      <>
        <p className="payment__reason">{lateReason(payment.code)}</p>
        {note === undefined || note === '' ? null : <p className="payment__note">“{note}”</p>}
      </>
    )
  }
  return payment.state === 'VOIDED' ? <p className="payment__explain">{voidReason(payment.reason)}</p> : null
}

function Facts({
  payment,
  paidBy,
}: {
  readonly payment: StoredPayment
  readonly paidBy: StoredPayment | null
}): ReactNode {
  const t = useTill()
  const format = useFormat()
  const kind = kindOf(payment)
  const code = payment.state === 'ACCEPTED_ONLINE' ? payment.approvalCode : voiceCodeOf(payment)
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
      {tipOf(payment) === 0 ? null : (
        <>
          <dt>{t('receipt.tip')}</dt>
          <dd>{format.money({ ...payment.money, amountMinor: tipOf(payment) })}</dd>
        </>
      )}
      {payment.reference === null ? null : (
        <>
          <dt>{t('payment.reference')}</dt>
          <dd>{payment.reference}</dd>
        </>
      )}
      {kind === null ? null : (
        <>
          <dt>{t('payment.kind')}</dt>
          <dd>{t(`kind.${kind}`)}</dd>
        </>
      )}
      {code === null ? null : (
        <>
          <dt>{t('receipt.approval_code')}</dt>
          <dd>{code}</dd>
        </>
      )}
      {paidBy === null ? null : (
        <>
          <dt>{t('partial.rest')}</dt>
          <dd className="hf-mono">{paidBy.paymentId}</dd>
        </>
      )}
      <dt>{t('result.payment_id')}</dt>
      <dd className="hf-mono" data-testid="payment-id">
        {payment.paymentId}
      </dd>
    </dl>
  )
}

function voiceCodeOf(payment: StoredPayment): string | null {
  return 'voiceCode' in payment ? (payment.voiceCode ?? null) : null
}
