import { Inbox, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { type StoredPayment, totalOf } from '@holdfast/sdk'
import { Banner, Button, EmptyState, List, ListRow, MoneyText, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { CardText } from '../receipt/card-text.tsx'
import { useLateReason } from '../shell/notices.tsx'
import { goTo } from '../shell/router.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { kindOf, lookOf, needsAttention, timeOf } from '../state/payment-view.ts'
import { tipAsideOf } from '../state/tip-aside.ts'
import { PageHead } from './page-head.tsx'
import { PartText } from './part-text.tsx'
import { PaymentStateBadge } from './payment-state-badge.tsx'
import { useVoidReason } from './use-void-reason.ts'

/** All payments of this device, newest first, each with what became of it in plain words. */
export function PaymentsScreen(): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { till } = useRoom()
  const { payments, olderPayments } = useTillState()
  const shown = payments.filter((payment) => payment.state !== 'OPEN')
  const failed = shown.filter((payment) => payment.state === 'FAILED_TO_PROCESS')
  return (
    <div className="page">
      <PageHead title={t('payments.title')} />
      {failed.length === 0 ? null : (
        <Banner
          tone="bad"
          role="note"
          icon={<TriangleAlert aria-hidden size={22} />}
          title={t('payments.attention.title', { count: failed.length })}
        >
          {t('payments.attention.body')}
        </Banner>
      )}
      {shown.length === 0 ? (
        <EmptyState icon={<Inbox aria-hidden size={44} />} title={t('payments.empty.title')}>
          <p>{t('payments.empty.body')}</p>
        </EmptyState>
      ) : (
        byDay(shown, (payment) => format.time(timeOf(payment), 'day')).map(([day, ofDay]) => (
          <section key={day} className="payments__day">
            <h2>{day}</h2>
            <List label={day}>
              {ofDay.map((payment) => (
                <PaymentRow key={payment.paymentId} payment={payment} />
              ))}
            </List>
          </section>
        ))
      )}
      {olderPayments === 'some' ? (
        <Button large wide onPress={() => void till.loadOlderPayments()}>
          {t('payments.more')}
        </Button>
      ) : null}
    </div>
  )
}

/** Days in the order of their payments, newest first. */
function byDay(
  payments: readonly StoredPayment[],
  dayOf: (payment: StoredPayment) => string,
): readonly (readonly [day: string, payments: readonly StoredPayment[]])[] {
  return [...Map.groupBy(payments, dayOf)]
}

function PaymentRow({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const kind = kindOf(payment)
  const { isPart } = lookOf(payment)
  const aside = tipAsideOf(payment)
  const format = useFormat()
  const lateReason = useLateReason()
  return (
    <ListRow
      main={<RowTitle payment={payment} />}
      note={
        <>
          <PaymentStateBadge payment={payment} />
          {kind === null ? null : <span className="payments__kind">{t(`kind.${kind}`)}</span>}
          {isPart ? (
            <span className="payments__part">
              <PartText payment={payment} />
            </span>
          ) : null}
          {needsAttention(payment) && 'code' in payment ? (
            <span className="payments__reason">{lateReason(payment.code)}</span>
          ) : null}
          {aside === null ? null : (
            <span className="payments__reason">{t('tip_aside.row', { tip: format.money(aside.tip) })}</span>
          )}
        </>
      }
      side={
        <strong className="payments__amount" data-voided={payment.state === 'VOIDED'}>
          <MoneyText money={totalOf(payment)} />
        </strong>
      }
      sideNote={format.time(timeOf(payment), 'time')}
      onPress={() => goTo({ name: 'payment', paymentId: payment.paymentId })}
    />
  )
}

function RowTitle({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const voidReason = useVoidReason()
  return (
    <>
      {'card' in payment ? <CardText card={payment.card} /> : null}
      {payment.state === 'VOIDED' ? voidReason(payment.reason) : null}
      {payment.reference === null ? null : ` · ${payment.reference}`}
    </>
  )
}
