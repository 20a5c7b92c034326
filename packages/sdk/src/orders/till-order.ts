import type { Currency, OrderState } from '@holdfast/core'
import type { OrderStatement } from '@holdfast/protocol'
import type { JournalReads } from '../journal/journal-step.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import type { KeptOrder } from '../journal/kept-orders.ts'

/** An order of an online channel that this device's location takes the money for (SQ12). */
export interface TillOrder {
  readonly orderId: string
  readonly channel: string
  /** What the customer knows it by. */
  readonly number: string
  readonly money: { readonly amountMinor: number; readonly currency: Currency }
  readonly lines: OrderStatement['lines']
  readonly note: string
  readonly placedMs: number
  /**
   * `open`: to be paid. `in_hand`: a sale of this device is under way for it. `taken`: this device has taken the money,
   * online or offline, and the gateway has not said so yet. `paid`, `canceled`: as the gateway says.
   */
  readonly state: OrderState | 'in_hand' | 'taken'
  /** The payment that this device has opened for it; null while there is none. */
  readonly paymentId: string | null
}

/** In the order in which the gateway told of them. */
export function readOrders(reads: JournalReads, kept: readonly KeptOrder[]): Promise<TillOrder[]> {
  return Promise.all(kept.map((order) => readOrder(reads, order)))
}

export async function readOrder(reads: JournalReads, { said, paymentId }: KeptOrder): Promise<TillOrder> {
  const payment = paymentId === null ? null : await reads.payment(paymentId)
  const { order: orderId, channel, number, amountMinor, currency, lines, note, placedMs } = said
  const what = { orderId, channel, number, money: { amountMinor, currency }, lines, note, placedMs }
  // Its payment took the money, is with the gateway for good and was deleted here: the gateway has still to say so.
  const isPruned = paymentId !== null && payment === null && said.state === 'open'
  return { ...what, state: isPruned ? 'taken' : stateOf(said, payment), paymentId }
}

/** Money that this device has taken is stronger than a cancellation that came too late. */
function stateOf({ state }: OrderStatement, payment: StoredPayment | null): TillOrder['state'] {
  if (state === 'paid' || payment === null) return state
  switch (payment.state) {
    case 'OPEN':
      return state === 'open' ? 'in_hand' : state
    case 'VOIDED':
    case 'FAILED_TO_PROCESS':
      return state
    case 'ACCEPTED_ONLINE':
    case 'QUEUED':
    case 'UPLOADED':
    case 'PROCESSED':
    case 'FAILED_TO_UPLOAD':
      return 'taken'
  }
}
