import type { Accepted, StoredOffline, StoredPayment, StoredPaymentFacts } from './stored-payment.ts'

/** The parts of a stored payment, for a move to another state: a state carries only its own fields. */

export function factsOf(payment: StoredPaymentFacts): StoredPaymentFacts {
  const { paymentId, saleId, money, captureMethod, location, reader, reference, openedMs } = payment
  const { reserved, attempts, sealedSeqs } = payment
  const sale = { paymentId, saleId, money, captureMethod, location, reader, reference, openedMs }
  const saleKey = payment.saleKey === undefined ? {} : { saleKey: payment.saleKey }
  const followUps = payment.followUps === undefined ? {} : { followUps: payment.followUps }
  const tip = payment.tipMinor === undefined ? {} : { tipMinor: payment.tipMinor }
  return { ...sale, ...tip, reserved, attempts, sealedSeqs, ...saleKey, ...followUps }
}

export function acceptedOf(payment: Accepted): Accepted {
  const { acceptedMs, attemptId, card, receipt, recordSeq, recordHash } = payment
  return { acceptedMs, attemptId, card, receipt, recordSeq, recordHash }
}

export function storedOf(payment: StoredOffline): StoredOffline {
  const { offlineKind, offlineWhy, uploadUntilMs, voiceCode } = payment
  const stored = { offlineKind, offlineWhy, uploadUntilMs }
  return voiceCode === undefined ? stored : { ...stored, voiceCode }
}

/** True while the payment waits for its outcome and holds a place in the limits. */
export function isAtRisk(
  payment: StoredPayment,
): payment is Extract<StoredPayment, { state: 'QUEUED' | 'UPLOADED' | 'FAILED_TO_UPLOAD' }> {
  return payment.state === 'QUEUED' || payment.state === 'UPLOADED' || payment.state === 'FAILED_TO_UPLOAD'
}
