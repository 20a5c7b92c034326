import { type OrderStatement, orderStatement } from '@holdfast/protocol'
import * as z from 'zod'
import { ORDERS_KEPT_MAX } from '../limits.ts'

/** An order as this device keeps it: the gateway's newest word, and the payment that was opened for it here. */
const keptOrder = z.object({ said: orderStatement, paymentId: z.string().nullable() })
export type KeptOrder = z.infer<typeof keptOrder>

const keptOrders = z.array(keptOrder)

/** What cannot be read is told again by no gateway; it is as if nothing had been heard. */
export function parseKeptOrders(value: unknown): readonly KeptOrder[] {
  const parsed = keptOrders.safeParse(value)
  return parsed.success ? parsed.data : []
}

/**
 * The orders with what the gateway has said since, in the order in which they were first heard of; the same object where
 * nothing is new. A word that comes again, or late behind a newer one, changes nothing.
 */
export function heedOrders(
  before: readonly KeptOrder[],
  words: readonly OrderStatement[],
): readonly KeptOrder[] {
  let orders = before
  for (const said of words) {
    const known = orders.find((order) => order.said.order === said.order)
    if (known === undefined) orders = [...orders, { said, paymentId: null }]
    else if (said.revision > known.said.revision)
      orders = orders.map((order) => (order === known ? { ...known, said } : order))
  }
  return orders === before ? before : withoutOldest(orders)
}

/** These payments took no money and are deleted here: their orders are as if no sale had been opened for them. */
export function withoutSales(
  orders: readonly KeptOrder[],
  paymentIds: ReadonlySet<string>,
): readonly KeptOrder[] {
  const isGone = ({ paymentId }: KeptOrder) => paymentId !== null && paymentIds.has(paymentId)
  if (!orders.some(isGone)) return orders
  return orders.map((order) => (isGone(order) ? { ...order, paymentId: null } : order))
}

/** What is over goes first; an open order is never forgotten for an open one. */
function withoutOldest(orders: readonly KeptOrder[]): readonly KeptOrder[] {
  let tooMany = orders.length - ORDERS_KEPT_MAX
  return orders.filter(({ said }) => {
    if (tooMany <= 0 || said.state === 'open') return true
    tooMany -= 1
    return false
  })
}
