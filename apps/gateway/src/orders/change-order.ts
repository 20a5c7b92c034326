import { type Crypto, type Order, orderStateOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import type { EventType } from '../events/event-types.ts'
import { recordEvent } from '../events/record-event.ts'
import { type OrderRow, saveOrder } from './order-row.ts'

/** What has become of an order that is held, and the world's word of it: both in this transaction or neither. */
export async function changeOrder(
  tx: Tx,
  before: OrderRow,
  next: Order,
  { nowMs, crypto }: { readonly nowMs: number; readonly crypto: Pick<Crypto, 'randomBytes'> },
): Promise<void> {
  await saveOrder(tx, { ...before, ...next })
  const type = eventOf(before, next)
  if (type === null) return
  const { account, mode, orderId: id } = before
  await recordEvent(tx, { account, mode, type, object: 'order', id, atMs: nowMs }, crypto)
}

/** Null where nothing has changed that anybody outside would do something about. */
function eventOf(before: Order, next: Order): EventType | null {
  const state = orderStateOf(next)
  if (state === orderStateOf(before)) {
    return next.payments.length > Math.max(1, before.payments.length) ? 'order.paid_twice' : null
  }
  return ({ open: 'order.reopened', paid: 'order.paid', canceled: 'order.canceled' } as const)[state]
}
