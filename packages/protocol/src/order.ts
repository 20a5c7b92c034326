import { orderStates } from '@holdfast/core'
import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, sumMinor, unixMs } from './primitives.ts'

export const ORDER_LINES_MAX = 100

/** What was ordered. The lines are for people; `amountMinor` of the order is what is to be paid. */
export const orderLine = z.strictObject({
  name: shortText.min(1),
  quantity: z.int().min(1).max(10_000),
  /** Of the whole line; 0 for what is free. */
  amountMinor: sumMinor,
})

/** An order as a till hears of it, in context `order`; a higher revision takes the place of a lower one (SQ12). */
export const orderStatement = z.strictObject({
  order: idOf('ord'),
  location: idOf('loc'),
  /** Counts the changes of this order, from 1. */
  revision: z.int().min(1),
  state: z.enum(orderStates),
  /** Where it was taken: a web shop, a telephone. */
  channel: z.string().min(1).max(60),
  /** What the customer knows it by. */
  number: z.string().min(1).max(60),
  amountMinor,
  currency,
  lines: z.array(orderLine).max(ORDER_LINES_MAX),
  note: shortText,
  placedMs: unixMs,
})
export type OrderStatement = z.infer<typeof orderStatement>
