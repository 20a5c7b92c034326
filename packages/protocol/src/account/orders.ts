import { orderStates } from '@holdfast/core'
import * as z from 'zod'
import { ORDER_LINES_MAX, orderLine } from '../order.ts'
import { amountMinor, currency, idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

const name = z.string().min(1).max(60)

const accountOrder = z.strictObject({
  order: idOf('ord'),
  location: idOf('loc'),
  channel: name,
  number: name,
  amountMinor,
  currency,
  lines: z.array(orderLine),
  note: shortText,
  createdMs: unixMs,
  state: z.enum(orderStates),
  /** Counts its changes, from 1; tills go by the highest that they have heard of. */
  revision: z.int().min(1),
  /** That stand for it, oldest first. More than one: it was paid twice, and a person has to give one back. */
  payments: z.array(idOf('pi')),
  canceled: z.strictObject({ by: shortText, reason: shortText, atMs: unixMs }).nullable(),
})
export type AccountOrder = z.infer<typeof accountOrder>

/**
 * `POST /account/v1/orders`: an order that a till of the location takes the money for. It is kept while the tills cannot be
 * reached, and reaches each of them in the order in which orders were made, once (SQ12).
 */
export const orderCreate = z.strictObject({
  /** Of the caller, for ever: the same key with the same order answers that order, with another one it is refused. */
  idempotencyKey: z.string().min(1).max(200),
  location: idOf('loc'),
  channel: name,
  number: name,
  amountMinor,
  currency,
  lines: z.array(orderLine).max(ORDER_LINES_MAX).default([]),
  note: shortText.default(''),
})
export type OrderCreate = z.infer<typeof orderCreate>

/** `POST /account/v1/orders/{order}/cancel`. Refused when it is paid; a till that is away may still take the money. */
export const orderCancel = z.strictObject({ by: shortText.min(1), reason: shortText.default('') })
export type OrderCancel = z.infer<typeof orderCancel>

export const accountOrderAnswer = z.strictObject({ order: accountOrder })

/** `GET /account/v1/orders`: newest first. */
export const accountOrders = z.strictObject({
  orders: z.array(accountOrder),
  /** `before` of the next page; null on the last. */
  next: idOf('ord').nullable(),
})
export const accountOrdersQuery = z.strictObject({
  state: z.enum(orderStates).optional(),
  location: idOf('loc').optional(),
  before: idOf('ord').optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type AccountOrdersQuery = z.infer<typeof accountOrdersQuery>

export function orderCalls(ask: AccountAsk) {
  return {
    create: (body: z.input<typeof orderCreate>) =>
      ask({ method: 'POST', path: '/orders', body, answer: accountOrderAnswer }),
    list: (query: Partial<AccountOrdersQuery> = {}) =>
      ask({ method: 'GET', path: '/orders', query, answer: accountOrders }),
    get: (order: string) => ask({ method: 'GET', path: `/orders/${order}`, answer: accountOrderAnswer }),
    cancel: (order: string, body: z.input<typeof orderCancel>) =>
      ask({ method: 'POST', path: `/orders/${order}/cancel`, body, answer: accountOrderAnswer }),
  }
}
