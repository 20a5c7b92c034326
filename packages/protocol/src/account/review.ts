import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-client.ts'

/** A payment that goes no further until somebody has looked. */
const reviewPayment = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  amountMinor,
  currency,
  openedMs: unixMs,
  why: shortText,
})

/** Records of a device that were set apart, kept whole. */
const parkedRecords = z.strictObject({
  device: idOf('dev'),
  /** Null where the record could not even be read that far. */
  payment: idOf('pi').nullable(),
  code: shortText,
  count: z.int().min(1),
  receivedMs: unixMs,
})

/** `GET /account/v1/review`: oldest first, at most 200 of each. */
export const review = z.strictObject({
  payments: z.array(reviewPayment),
  parked: z.array(parkedRecords),
})
export type Review = z.infer<typeof review>

export function reviewCalls(ask: AccountAsk) {
  return { list: () => ask({ method: 'GET', path: '/review', answer: review }) }
}
