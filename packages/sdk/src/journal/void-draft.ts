import { type Exposure, releaseReservation, releaseStored } from '@holdfast/core'
import type { RecordOf } from '@holdfast/protocol'
import type { Draft, JournalState } from './journal-step.ts'
import type { StoredPayment, StoredPaymentFacts } from './stored-payment.ts'

export type VoidReason = RecordOf<'payment.voided'>['reason']

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

export function factsOf(payment: StoredPayment): StoredPaymentFacts {
  const { paymentId, saleId, money, captureMethod, location, reader, reference, openedMs } = payment
  const { reserved, attempts, sealedSeqs } = payment
  return {
    paymentId,
    saleId,
    money,
    captureMethod,
    location,
    reader,
    reference,
    openedMs,
    reserved,
    attempts,
    sealedSeqs,
  }
}

/** What the payment holds in the limits now. */
export function release(exposure: Exposure, payment: StoredPayment): Exposure {
  switch (payment.state) {
    case 'OPEN':
      return payment.reserved ? releaseReservation(exposure, payment.money) : exposure
    case 'QUEUED':
    case 'UPLOADED':
    case 'FAILED_TO_UPLOAD':
      return releaseStored(exposure, payment.offlineKind, payment.money)
    case 'ACCEPTED_ONLINE':
    case 'PROCESSED':
    case 'FAILED_TO_PROCESS':
    case 'VOIDED':
      return exposure
  }
}
