import { type ReactNode, useState } from 'react'
import { type Currency, isCurrency } from '@holdfast/core'
import { Button, Keypad, MoneyText, TextField, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { useKeys } from '../shell/use-keys.ts'
import { useRoom, useTillState } from '../shell/till-context.tsx'
import { keypadKeyOf, pressKey } from '../state/amount-entry.ts'
import { outageView } from '../state/outage-view.ts'

/** An amount, perhaps a reference, Pay. */
export function SellScreen(): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { till } = useRoom()
  const { currency } = useTillState()
  const [amountMinor, setAmountMinor] = useState(0)
  const [reference, setReference] = useState('')
  const warning = useOfflineWarning(amountMinor)

  function pay(): void {
    if (amountMinor > 0) void till.pay(amountMinor, reference)
  }

  useKeys((key) => {
    const digit = keypadKeyOf(key)
    if (digit !== null) setAmountMinor((amount) => pressKey(amount, digit))
    else if (key === 'Enter') pay()
    else if (key === 'Escape') setAmountMinor(0)
    else return false
    return true
  })

  const money = { amountMinor, currency }
  return (
    <form
      className="sell"
      onSubmit={(event) => {
        event.preventDefault()
        pay()
      }}
    >
      <h1 className="hf-visually-hidden">{t('sell.title')}</h1>
      <div className="sell__entry">
        <div className="sell__amount">
          <CurrencyChoice />
          <output
            className="sell__figure"
            aria-label={t('sell.amount')}
            data-empty={amountMinor === 0}
            data-length={lengthOf(format.money(money))}
          >
            <MoneyText money={money} />
          </output>
        </div>
        {warning === null ? null : (
          <p className="sell__warning" role="status">
            {warning}
          </p>
        )}
        <TextField
          label={t('sell.reference')}
          placeholder={t('sell.reference.hint')}
          value={reference}
          maxLength={60}
          onChange={setReference}
        />
      </div>
      <div className="sell__pad">
        <Keypad onKey={(key) => setAmountMinor((amount) => pressKey(amount, key))} />
        <div className="sell__pay">
          <Button type="submit" variant="primary" large wide isDisabled={amountMinor === 0}>
            {amountMinor === 0 ? t('sell.pay.empty') : t('sell.pay', { amount: format.money(money) })}
          </Button>
        </div>
      </div>
    </form>
  )
}

/** The figure is as large as it fits on the narrowest phone. */
function lengthOf(text: string): 'short' | 'long' | 'huge' {
  if (text.length <= 9) return 'short'
  return text.length <= 13 ? 'long' : 'huge'
}

function CurrencyChoice(): ReactNode {
  const t = useTill()
  const { till } = useRoom()
  const { currency, settings } = useTillState()
  const choices: readonly Currency[] = settings?.currencies ?? [currency]
  if (choices.length < 2) return <span className="sell__currency">{currency.toUpperCase()}</span>
  return (
    <select
      className="sell__currency"
      aria-label={t('sell.currency')}
      value={currency}
      onChange={(event) => {
        if (isCurrency(event.target.value)) till.chooseCurrency(event.target.value)
      }}
    >
      {choices.map((each) => (
        <option key={each} value={each}>
          {each.toUpperCase()}
        </option>
      ))}
    </select>
  )
}

/** Says before the customer takes out the card what would be refused after. */
function useOfflineWarning(amountMinor: number): string | null {
  const t = useTill()
  const format = useFormat()
  const { status, forcedOffline, settings, currency } = useTillState()
  const outage = outageView(status, forcedOffline, settings, currency)
  if (outage === null || !('maySell' in outage)) return null
  if (!outage.maySell) return t('sell.offline_forbidden')
  if (outage.limit === null || amountMinor <= outage.limit.amountMinor) return null
  return t('sell.above_offline_limit', { limit: format.money(outage.limit) })
}
