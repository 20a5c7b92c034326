import { type Exposure, releaseReservation, releaseStored } from '@holdfast/core'
import type { RecordOf } from '@holdfast/protocol'
import { totalOf } from './follow-ups.ts'
import type { Draft, JournalState } from './journal-step.ts'
import { factsOf, isAtRisk } from './payment-parts.ts'
import type { StoredPayment } from './stored-payment.ts'

export type VoidReason = RecordOf<'payment.voided'>['reason']

const voidReasons: Readonly<Record<VoidReason, true>> = {
  canceled: true,
  abandoned: true,
  declined: true,
  refused: true,
  card_refused: true,
  paid_otherwise: true,
  expired: true,
}

export function isVoidReason(text: string): text is VoidReason {
  return Object.hasOwn(voidReasons, text)
}

/** The device's last word about these payments. Their place in the limits is free at once: a void is never taken back. */
export function voidDraft(
  state: JournalState,
  payments: readonly StoredPayment[],
  reason: VoidReason,
): Draft {
  const voided = payments.map((payment): StoredPayment => {
    return { ...factsOf(payment), reserved: false, state: 'VOIDED', reason, voidedMs: state.time.nowMs }
  })
  return {
    records: payments.map(({ saleId, paymentId }) => ({
      body: { kind: 'payment.voided', sale: saleId, payment: paymentId, reason },
      sealed: null,
    })),
    exposure: payments.reduce(release, state.head.exposure),
    payments: () => voided,
  }
}

/** What the payment holds in the limits now. */
export function release(exposure: Exposure, payment: StoredPayment): Exposure {
  if (isAtRisk(payment)) return releaseStored(exposure, payment.offlineKind, totalOf(payment))
  return payment.state === 'OPEN' && payment.reserved ? releaseReservation(exposure, payment.money) : exposure
}
