import type { Money } from '@holdfast/core'
import { owedMinor, type StoredPayment } from '@holdfast/sdk'

/** A sale over what the bank did not approve of an earlier one. */
export interface Rest {
  readonly owed: Money
  /** What the earlier sale was for, and its payment number. */
  readonly reference: string
}

export function restOf(payment: Pick<StoredPayment, 'paymentId' | 'reference'>, owed: Money): Rest {
  const own = (payment.reference ?? '').replace(NAMED_PAYMENT, '').slice(0, OWN_REFERENCE_LENGTH_MAX)
  return { owed, reference: own === '' ? payment.paymentId : `${own} · ${payment.paymentId}` }
}

/** Null where nothing is owed. */
export function restToPay(payment: StoredPayment): Rest | null {
  const amountMinor = owedMinor(payment)
  return amountMinor === 0 ? null : restOf(payment, { amountMinor, currency: payment.money.currency })
}

/** The payment with which the rest was taken, among those that are listed; null while there is none. */
export function restPayment(
  payments: readonly StoredPayment[],
  { paymentId }: Pick<StoredPayment, 'paymentId'>,
): StoredPayment | null {
  return payments.find((other) => other.reference?.endsWith(paymentId) === true && isTaken(other)) ?? null
}

/** Where the first one was itself the rest of another: only the last is named. */
const NAMED_PAYMENT = /(?:^| · )pi_[0-9A-Za-z]{24}$/

/** A reference has room for this and the payment number. */
const OWN_REFERENCE_LENGTH_MAX = 150

function isTaken({ state }: StoredPayment): boolean {
  return state !== 'OPEN' && state !== 'VOIDED' && state !== 'FAILED_TO_PROCESS'
}
