import { X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { isAmountMinor } from '@holdfast/core'
import { Button, Keypad, MoneyText, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useKeys } from '../shell/use-keys.ts'
import { useRoom } from '../shell/till-context.tsx'
import { keypadKeyOf, pressKey } from '../state/amount-entry.ts'
import type { TippingSale } from '../state/sale.ts'

/** Turned to the customer: what the merchant suggests, another amount, or nothing. */
export function TipScreen({ sale }: { readonly sale: TippingSale }): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const [isOther, setOther] = useState(false)
  const { money, choices } = sale

  useKeys((key) => {
    if (key !== 'Escape') return false
    if (isOther) setOther(false)
    else void till.giveUp('canceled')
    return true
  })

  return (
    <section className="tip" aria-labelledby="tip-title">
      <header className="tip__head">
        <h1 id="tip-title">{t('tip.title')}</h1>
        <p className="tip__amount">
          <MoneyText money={money} />
        </p>
        <p className="tip__note">{t('tip.note')}</p>
      </header>
      {isOther ? (
        <OtherTip sale={sale} />
      ) : (
        <div className="tip__choices">
          {choices.map(({ tipMinor, percentage }) => (
            <Button key={tipMinor} large wide variant="outline" onPress={() => void till.tip(tipMinor)}>
              {percentage === null ? null : <span>{t('tip.share', { percentage })}</span>}
              <MoneyText money={{ ...money, amountMinor: tipMinor }} />
            </Button>
          ))}
          <Button large wide onPress={() => setOther(true)}>
            {t('tip.other')}
          </Button>
        </div>
      )}
      <Button large wide variant="primary" onPress={() => void till.tip(0)}>
        {t('tip.none')}
      </Button>
      <Button
        wide
        variant="plain"
        icon={<X aria-hidden size={20} />}
        onPress={() => void till.giveUp('canceled')}
      >
        {t('tip.cancel')}
      </Button>
    </section>
  )
}

function OtherTip({ sale: { money } }: { readonly sale: TippingSale }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { till } = useRoom()
  const [tipMinor, setTipMinor] = useState(0)
  const total = { ...money, amountMinor: money.amountMinor + tipMinor }
  const isGiven = tipMinor > 0 && isAmountMinor(total.amountMinor)

  useKeys((key) => {
    const digit = keypadKeyOf(key)
    if (digit !== null) setTipMinor((before) => pressKey(before, digit))
    else if (key === 'Enter' && isGiven) void till.tip(tipMinor)
    else return false
    return true
  })

  return (
    <div className="tip__other">
      <p className="tip__total" role="status">
        {t('tip.total', { amount: format.money(total) })}
      </p>
      <Keypad onKey={(key) => setTipMinor((before) => pressKey(before, key))} />
      <Button large wide variant="outline" isDisabled={!isGiven} onPress={() => void till.tip(tipMinor)}>
        {t('tip.add', { amount: format.money({ ...money, amountMinor: tipMinor }) })}
      </Button>
    </div>
  )
}
