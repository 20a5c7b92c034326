import { orderStateOf } from '@holdfast/core'
import { readOrders } from '../../orders/order-row.ts'
import type { ObjectKind } from './platform/object-kinds.ts'

/** An order of an online channel: in events only, Stripe has nothing like it. */
export const orderKind: ObjectKind = {
  async render(db, { account, mode }, ids) {
    const orders = await readOrders(db, 'where account = $1 and mode = $2 and order_id = any ($3)', [
      account,
      mode,
      ids,
    ])
    return new Map(
      orders.map((order) => [
        order.orderId,
        {
          id: order.orderId,
          object: 'order',
          amount: order.amountMinor,
          canceled_at: order.canceled === null ? null : Math.floor(order.canceled.atMs / 1_000),
          cancellation_reason: order.canceled === null ? null : order.canceled.reason,
          channel: order.channel,
          created: Math.floor(order.createdMs / 1_000),
          currency: order.currency,
          livemode: mode === 'live',
          location: order.location,
          number: order.number,
          /** Those that stand for it; more than one is a person's to sort out. */
          payment_intents: order.payments,
          revision: order.revision,
          status: orderStateOf(order),
        },
      ]),
    )
  },
  expandable: {},
}
