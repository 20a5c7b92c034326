import {
  Archive,
  Ban,
  Banknote,
  CircleCheckBig,
  CreditCard,
  OctagonX,
  ReceiptText,
  RotateCcw,
} from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button, declineMessage, MoneyText, useTranslate } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { CardText } from '../receipt/card-text.tsx'
import { goTo } from '../shell/router.ts'
import { useRoom } from '../shell/till-context.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { adviceFor } from '../state/refusal-advice.ts'
import type { ConcludedSale } from '../state/sale.ts'

/** Four outcomes that differ in colour, shape, words and in what there is to press. */
export function ResultScreen({ sale }: { readonly sale: ConcludedSale }): ReactNode {
  switch (sale.step) {
    case 'approved':
      return <Approved sale={sale} />
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
      sale={sale}
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

function Stored({ sale }: { readonly sale: SaleAt<'stored'> }): ReactNode {
  const t = useTill()
  return (
    <Outcome
      outcome="stored"
      icon={<Archive aria-hidden size={60} />}
      title={t('result.stored.title')}
      sale={sale}
      actions={<AfterSale paymentId={sale.paymentId} />}
    >
      <p>{t(`result.stored.${sale.kind}`)}</p>
      <p className="outcome__small">
        {t('result.stored.next')} {t(`result.why.${sale.why}`)}
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
      sale={sale}
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
      sale={sale}
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
  readonly sale: ConcludedSale
  readonly actions: ReactNode
  readonly children: ReactNode
}

function Outcome({ outcome, icon, title, sale, actions, children }: OutcomeProps): ReactNode {
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
          <p className="outcome__amount">
            <MoneyText money={sale.money} />
          </p>
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
