import { type StoredPayment, totalOf } from '@holdfast/sdk'
import type { Money } from '@holdfast/core'

/** A tip that was written in and that no card is charged for. */
export interface TipAside {
  readonly tip: Money
  /** What the card is charged, without it. */
  readonly charged: Money
  readonly why: (typeof TIP_CODES)[number] | 'other'
  /** `again`: a person at the gateway can send it, so nobody may take it a second time. */
  readonly advice: 'again' | 'smaller' | 'new_sale'
}

const TIP_CODES = [
  'tip_refused',
  'tip_above_tolerance',
  'tip_after_batch',
  'tip_after_capture',
  'tip_after_refund',
] as const

/** Null where there is none, or nobody has said so yet. */
export function tipAsideOf(payment: StoredPayment): TipAside | null {
  const said = payment.followUps?.tip?.said
  if (said?.is !== 'set_aside' || payment.state === 'VOIDED') return null
  const why = TIP_CODES.find((code) => code === said.code) ?? 'other'
  return {
    tip: { ...payment.money, amountMinor: said.tipMinor },
    charged: totalOf(payment),
    why,
    advice: ADVICE[why],
  }
}

const ADVICE = {
  tip_refused: 'again',
  tip_above_tolerance: 'smaller',
  tip_after_batch: 'new_sale',
  tip_after_capture: 'new_sale',
  tip_after_refund: 'new_sale',
  other: 'again',
} as const satisfies Record<TipAside['why'], TipAside['advice']>
