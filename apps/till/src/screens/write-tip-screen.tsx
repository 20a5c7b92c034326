import { type ReactNode, useState } from 'react'
import { isAmountMinor } from '@holdfast/core'
import { type StoredPayment, totalOf } from '@holdfast/sdk'
import { Button, Keypad, MoneyText, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useRefusal } from '../messages/refusals.ts'
import { goTo } from '../shell/router.ts'
import { useRoom } from '../shell/till-context.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { keypadKeyOf, pressKey } from '../state/amount-entry.ts'
import { BackLink, PageHead } from './page-head.tsx'
import { usePayment } from './use-payment.ts'

/** What the customer has written on the slip after the sale (SQ17). */
export function WriteTipScreen({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const found = usePayment(paymentId)
  return (
    <div className="page">
      <PageHead title={t('write_tip.title')} back={<BackLink to={{ name: 'payment', paymentId }} />} />
      {found === 'unknown' ? <p>{t('payment.not_found')}</p> : null}
      {typeof found === 'string' ? null : till.mayTip(found) ? (
        <WriteTip payment={found} />
      ) : (
        <TooLate paymentId={paymentId} />
      )}
    </div>
  )
}

function TooLate({ paymentId }: { readonly paymentId: string }): ReactNode {
  const t = useTill()
  return (
    <>
      <p className="payment__explain" role="status">
        {t('write_tip.too_late')}
      </p>
      <Button large wide onPress={() => goTo({ name: 'payment', paymentId })}>
        {t('nav.back')}
      </Button>
    </>
  )
}

function WriteTip({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const refusal = useRefusal()
  const { till } = useRoom()
  const { paymentId, money } = payment
  const beforeMinor = totalOf(payment).amountMinor - money.amountMinor
  const [tipMinor, setTipMinor] = useState(beforeMinor)
  const [isBusy, setBusy] = useState(false)
  const [code, setCode] = useState<string | null>(null)
  const total = { ...money, amountMinor: money.amountMinor + tipMinor }
  const isGiven = tipMinor > 0 && tipMinor !== beforeMinor && isAmountMinor(total.amountMinor)

  async function write(wantedMinor: number): Promise<void> {
    if (isBusy) return
    setBusy(true)
    const refused = await till.writeTip(paymentId, wantedMinor)
    setBusy(false)
    setCode(refused)
    if (refused === null) goTo({ name: 'payment', paymentId })
  }

  useKeys((key) => {
    const digit = keypadKeyOf(key)
    if (digit !== null) setTipMinor((before) => pressKey(before, digit))
    else if (key === 'Enter' && isGiven) void write(tipMinor)
    else if (key === 'Escape') goTo({ name: 'payment', paymentId })
    else return false
    return true
  })

  return (
    <section className="tip" aria-label={t('write_tip.title')}>
      <header className="tip__head">
        <p className="tip__amount">
          <MoneyText money={{ ...money, amountMinor: tipMinor }} />
        </p>
        <p className="tip__total" role="status">
          {t('write_tip.sum', { sale: format.money(money), total: format.money(total) })}
        </p>
      </header>
      <Keypad onKey={(key) => setTipMinor((before) => pressKey(before, key))} />
      {code === null ? null : (
        <p className="payment__reason" role="alert">
          {t('write_tip.failed')} {refusal(code)}
        </p>
      )}
      <Button
        large
        wide
        variant="primary"
        isDisabled={!isGiven || isBusy}
        onPress={() => void write(tipMinor)}
      >
        {t('write_tip.confirm', { amount: format.money(total) })}
      </Button>
      {beforeMinor === 0 ? null : (
        <Button large wide variant="outline" isDisabled={isBusy} onPress={() => void write(0)}>
          {t('write_tip.take_back')}
        </Button>
      )}
    </section>
  )
}
