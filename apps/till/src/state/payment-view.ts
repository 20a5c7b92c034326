import type { OfflineKind } from '@holdfast/core'
import { owedMinor, type StoredPayment } from '@holdfast/sdk'
import type { Tone } from '@holdfast/ui'

export type PaymentState = StoredPayment['state']

/** How a state looks. Only what the bank has authorised may be `good`. */
export function toneOf(state: PaymentState): Tone | 'quiet' {
  switch (state) {
    case 'ACCEPTED_ONLINE':
    case 'PROCESSED':
      return 'good'
    case 'QUEUED':
    case 'UPLOADED':
      return 'wait'
    case 'FAILED_TO_PROCESS':
    case 'FAILED_TO_UPLOAD':
      return 'bad'
    case 'OPEN':
    case 'VOIDED':
      return 'quiet'
  }
}

/** The goods are gone and the money did not come: somebody must do something. */
export function needsAttention(payment: StoredPayment): boolean {
  return payment.state === 'FAILED_TO_PROCESS' || payment.state === 'FAILED_TO_UPLOAD'
}

/** How a payment looks: one with a rest to pay is not done yet (MC3). */
export function lookOf(payment: StoredPayment): { readonly tone: Tone | 'quiet'; readonly isPart: boolean } {
  const isPart = owedMinor(payment) > 0
  return { tone: isPart ? 'wait' : toneOf(payment.state), isPart }
}

/** Null for what the bank was asked at the counter, and for what was never accepted. */
export function kindOf(payment: StoredPayment): OfflineKind | null {
  return 'offlineKind' in payment ? payment.offlineKind : null
}

/** Before the money comes (DESIGN §5): the bank has not decided yet, or has approved a part that may be given back. */
export function mayVoid(payment: StoredPayment): boolean {
  if (payment.state === 'ACCEPTED_ONLINE') return owedMinor(payment) > 0
  return payment.state === 'QUEUED' || payment.state === 'UPLOADED'
}

/** Acceptance where there was one: it is the time on the receipt. */
export function timeOf(payment: StoredPayment): number {
  return 'acceptedMs' in payment ? payment.acceptedMs : payment.openedMs
}

/** Puts `changed` in its place; ids of payments sort by the time of making, the newest come first. */
export function upsert(payments: readonly StoredPayment[], changed: StoredPayment): readonly StoredPayment[] {
  const others = payments.filter((payment) => payment.paymentId !== changed.paymentId)
  const at = others.findIndex((payment) => payment.paymentId < changed.paymentId)
  return at === -1 ? [...others, changed] : [...others.slice(0, at), changed, ...others.slice(at)]
}
