/**
 * What a shop has sold online and a till takes the money for (SQ12).
 *
 *   open ──▶ paid ──▶ open | canceled     (its payment was called off)
 *    └─────▶ canceled ──▶ paid            (a till that was away has taken the money all the same)
 */
export interface Order {
  /** That stand for it, oldest first; more than one is a person's to sort out. */
  readonly payments: readonly string[]
  readonly canceled: OrderCancel | null
}

interface OrderCancel {
  readonly by: string
  readonly reason: string
  readonly atMs: number
}

export type OrderEvent =
  | { readonly type: 'paid' | 'payment_gone'; readonly paymentId: string }
  | ({ readonly type: 'canceled' } & OrderCancel)

export const orderStates = ['open', 'paid', 'canceled'] as const
export type OrderState = (typeof orderStates)[number]

/** Money that was taken is stronger than a cancellation that came too late. */
export function orderStateOf({ payments, canceled }: Order): OrderState {
  if (payments.length > 0) return 'paid'
  return canceled === null ? 'open' : 'canceled'
}

/** The same object where nothing changes: each event may be told twice. */
export function advanceOrder(order: Order, event: OrderEvent): Order | 'order_already_paid' {
  switch (event.type) {
    case 'paid': {
      const { paymentId } = event
      return order.payments.includes(paymentId)
        ? order
        : { ...order, payments: [...order.payments, paymentId] }
    }
    case 'payment_gone': {
      const payments = order.payments.filter((paymentId) => paymentId !== event.paymentId)
      return payments.length === order.payments.length ? order : { ...order, payments }
    }
    case 'canceled': {
      if (order.canceled !== null) return order
      if (order.payments.length > 0) return 'order_already_paid'
      const { by, reason, atMs } = event
      return { ...order, canceled: { by, reason, atMs } }
    }
  }
}
