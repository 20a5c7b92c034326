import {
  Archive,
  Ban,
  Banknote,
  CircleAlert,
  CircleCheckBig,
  CreditCard,
  OctagonX,
  ReceiptText,
  RotateCcw,
} from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button, declineMessage, MoneyText, useFormat, useTranslate } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { CardText } from '../receipt/card-text.tsx'
import { goTo } from '../shell/router.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { adviceFor } from '../state/refusal-advice.ts'
import { restOf } from '../state/rest-to-pay.ts'
import type { ConcludedSale } from '../state/sale.ts'
import { VoidButton } from './void-button.tsx'

/** Five outcomes that differ in colour, shape, words and in what there is to press. */
export function ResultScreen({ sale }: { readonly sale: ConcludedSale }): ReactNode {
  switch (sale.step) {
    case 'approved':
      return <Approved sale={sale} />
    case 'partly_approved':
      return <PartlyApproved sale={sale} />
    case 'stored':
      return <Stored sale={sale} />
    case 'declined':
      return <Declined sale={sale} />
    case 'refused':
      return <RefusedSale sale={sale} />
  }
}

type SaleAt<Step extends ConcludedSale['step']> = Extract<ConcludedSale, { step: Step }>

function Approved({ sale }: { readonly sale: SaleAt<'approved'> }): ReactNode {
  const t = useTill()
  return (
    <Outcome
      outcome="approved"
      icon={<CircleCheckBig aria-hidden size={64} />}
      title={t('result.approved.title')}
      amount={<MoneyText money={sale.money} />}
      actions={<AfterSale paymentId={sale.paymentId} />}
    >
      <p>{t('result.approved.body')}</p>
      <p className="outcome__fact">
        <CardText card={sale.card} /> · {t('result.approval_code', { code: sale.approvalCode })}
      </p>
      <PaymentNumber paymentId={sale.paymentId} />
    </Outcome>
  )
}

function PartlyApproved({ sale }: { readonly sale: SaleAt<'partly_approved'> }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { money, approvedMinor, owedMinor } = sale
  const amount = (amountMinor: number) => format.money({ ...money, amountMinor })
  return (
    <Outcome
      outcome="partly_approved"
      icon={<CircleAlert aria-hidden size={56} />}
      title={t('partial.title')}
      amount={
        <>
          <span className="outcome__part">
            {t('partial.approved', { approved: amount(approvedMinor), total: amount(money.amountMinor) })}
          </span>
          <strong className="outcome__owed">{t('partial.owed', { owed: amount(owedMinor) })}</strong>
        </>
      }
      actions={<PartActions sale={sale} />}
    >
      <p>{t('partial.body')}</p>
      <p className="outcome__fact">
        <CardText card={sale.card} /> · {t('result.approval_code', { code: sale.approvalCode })}
      </p>
      <PaymentNumber paymentId={sale.paymentId} />
    </Outcome>
  )
}

function Stored({ sale }: { readonly sale: SaleAt<'stored'> }): ReactNode {
  const t = useTill()
  // The bank did answer: that it wants to be called.
  const isReferral = sale.kind === 'voice' && sale.why === 'no_answer'
  return (
    <Outcome
      outcome="stored"
      icon={<Archive aria-hidden size={60} />}
      title={t('result.stored.title')}
      amount={<MoneyText money={sale.money} />}
      actions={<AfterSale paymentId={sale.paymentId} />}
    >
      <p className="outcome__fact" data-testid="kind">
        {t(`kind.${sale.kind}`)}
      </p>
      <p>{t(`result.stored.${sale.kind}`)}</p>
      <p className="outcome__small">
        {t('result.stored.next')} {isReferral ? null : t(`result.why.${sale.why}`)}
      </p>
      <p className="outcome__fact">
        <CardText card={sale.card} />
      </p>
      <PaymentNumber paymentId={sale.paymentId} />
    </Outcome>
  )
}

function Declined({ sale }: { readonly sale: SaleAt<'declined'> }): ReactNode {
  const t = useTill()
  const shared = useTranslate()
  return (
    <Outcome
      outcome="declined"
      icon={<OctagonX aria-hidden size={64} />}
      title={t('result.declined.title')}
      amount={<MoneyText money={sale.money} />}
      actions={<OpenSaleActions retry="other_card" />}
    >
      <p className="outcome__reason">
        {shared(declineMessage(sale.responseCode))} ({sale.responseCode})
      </p>
      <p>{t('result.declined.body')}</p>
      <p className="outcome__fact">
        <CardText card={sale.card} />
      </p>
      <PaymentNumber paymentId={sale.intent.paymentId} />
    </Outcome>
  )
}

function RefusedSale({ sale }: { readonly sale: SaleAt<'refused'> }): ReactNode {
  const t = useTill()
  const refusal = useRefusal()
  const { advice, retry } = adviceFor(sale.code)
  return (
    <Outcome
      outcome="refused"
      icon={<Ban aria-hidden size={64} />}
      title={t('result.refused.title')}
      amount={<MoneyText money={sale.money} />}
      actions={sale.intent === null ? <CloseOnly /> : <OpenSaleActions retry={retry} />}
    >
      <p className="outcome__reason">{refusal(sale.code)}</p>
      <p>{t(`advice.${advice}`)}</p>
      {sale.intent === null ? null : <PaymentNumber paymentId={sale.intent.paymentId} />}
    </Outcome>
  )
}

interface OutcomeProps {
  readonly outcome: ConcludedSale['step']
  readonly icon: ReactNode
  readonly title: string
  readonly amount: ReactNode
  readonly actions: ReactNode
  readonly children: ReactNode
}

function Outcome({ outcome, icon, title, amount, actions, children }: OutcomeProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that was pressed is gone; without this a screen reader would stand nowhere.
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className="outcome">
      <section
        className={`outcome__panel outcome__panel--${outcome}`}
        data-testid="result"
        data-outcome={outcome}
      >
        <div className="outcome__head">
          <span className="outcome__icon">{icon}</span>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p className="outcome__amount">{amount}</p>
        </div>
        <div className="outcome__body">{children}</div>
      </section>
      {actions}
    </div>
  )
}

function AfterSale({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  function newSale(): void {
    goTo({ name: 'sell' })
    till.finish()
  }
  useKeys((key) => {
    if (key !== 'Enter') return false
    newSale()
    return true
  })
  return (
    <div className="outcome__actions outcome__actions--done">
      <Button variant="primary" large onPress={newSale}>
        {t('result.new_sale')}
      </Button>
      <Button
        large
        icon={<ReceiptText aria-hidden size={20} />}
        onPress={() => {
          goTo({ name: 'receipt', paymentId })
          till.finish()
        }}
      >
        {t('result.receipt')}
      </Button>
    </div>
  )
}

/** The rest, or the whole sale back; the receipt leaves both for later. */
function PartActions({ sale }: { readonly sale: SaleAt<'partly_approved'> }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const { payments } = useTillState()
  const { paymentId, money, owedMinor } = sale
  const reference = payments.find((payment) => payment.paymentId === paymentId)?.reference ?? null
  const rest = restOf({ paymentId, reference }, { ...money, amountMinor: owedMinor })
  useKeys((key) => {
    if (key !== 'Enter') return false
    void till.payRest(rest)
    return true
  })
  return (
    <div className="outcome__actions outcome__actions--open">
      <Button
        variant="primary"
        large
        icon={<CreditCard aria-hidden size={20} />}
        onPress={() => void till.payRest(rest)}
      >
        {t('partial.pay_rest')}
      </Button>
      <VoidButton
        paymentId={paymentId}
        money={money}
        owedMinor={owedMinor}
        onVoided={() => {
          goTo({ name: 'sell' })
          till.finish()
        }}
      />
      <Button
        large
        icon={<ReceiptText aria-hidden size={20} />}
        onPress={() => {
          goTo({ name: 'receipt', paymentId })
          till.finish()
        }}
      >
        {t('result.receipt')}
      </Button>
    </div>
  )
}

function OpenSaleActions({ retry }: { readonly retry: 'other_card' | 'same_again' | null }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  useKeys((key) => {
    if (key === 'Enter' && retry !== null) void till.tryAnotherCard()
    else if (key === 'Escape') void till.giveUp('canceled')
    else return false
    return true
  })
  return (
    <div className="outcome__actions outcome__actions--open">
      {retry === null ? null : (
        <Button
          variant="primary"
          large
          icon={
            retry === 'other_card' ? (
              <CreditCard aria-hidden size={20} />
            ) : (
              <RotateCcw aria-hidden size={20} />
            )
          }
          onPress={() => void till.tryAnotherCard()}
        >
          {t(`result.${retry}`)}
        </Button>
      )}
      <Button
        variant="outline"
        large
        icon={<Banknote aria-hidden size={20} />}
        onPress={() => void till.giveUp('paid_otherwise')}
      >
        {t('result.cash')}
      </Button>
      <Button large onPress={() => void till.giveUp('canceled')}>
        {t('result.cancel')}
      </Button>
    </div>
  )
}

/** The sale was never opened: there is nothing to close. */
function CloseOnly(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  useKeys((key) => {
    if (key !== 'Enter' && key !== 'Escape') return false
    void till.giveUp('canceled')
    return true
  })
  return (
    <div className="outcome__actions">
      <Button variant="primary" large onPress={() => void till.giveUp('canceled')}>
        {t('result.close')}
      </Button>
    </div>
  )
}

function PaymentNumber({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  return (
    <p className="outcome__id">
      {t('result.payment_id')}{' '}
      <span className="hf-mono" data-testid="payment-id">
        {paymentId}
      </span>
    </p>
  )
}
