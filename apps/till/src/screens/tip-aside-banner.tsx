import { HandCoins } from 'lucide-react'
import type { ReactNode } from 'react'
import type { StoredPayment } from '@holdfast/sdk'
import { Banner, useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'
import { tipAsideOf } from '../state/tip-aside.ts'

/** That the tip of this payment was not charged, why, and what to do now; nothing where it was. */
export function TipAsideBanner({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const aside = tipAsideOf(payment)
  if (aside === null) return null
  return (
    <Banner
      tone="bad"
      role="note"
      icon={<HandCoins aria-hidden size={22} />}
      title={t('tip_aside.title', { tip: format.money(aside.tip) })}
    >
      <p>
        {t(`tip_aside.why.${aside.why}`)} {t('tip_aside.charged', { total: format.money(aside.charged) })}
      </p>
      <p>
        <strong>{t(`tip_aside.do.${aside.advice}`)}</strong>
      </p>
    </Banner>
  )
}
