import type { ReactNode } from 'react'
import { owedMinor, type StoredPayment } from '@holdfast/sdk'
import { useFormat } from '@holdfast/ui'
import { useTill } from '../messages/index.ts'

/** What the bank approved and what is still to pay, in one line; nothing where all of it is approved. */
export function PartText({ payment }: { readonly payment: StoredPayment }): ReactNode {
  const t = useTill()
  const format = useFormat()
  const { currency, amountMinor } = payment.money
  const owed = owedMinor(payment)
  if (owed === 0) return null
  const money = (minor: number) => format.money({ amountMinor: minor, currency })
  return t('partial.summary', {
    approved: money(amountMinor - owed),
    total: money(amountMinor),
    owed: money(owed),
  })
}
