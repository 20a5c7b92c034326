import { offlineKinds } from '@holdfast/core'
import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/** `undecided`: stored offline and without the issuer's word. `declined`, `approved`: what became of it. */
const offlineStates = ['undecided', 'approved', 'declined', 'voided'] as const

const accountPayment = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  location: idOf('loc'),
  amountMinor,
  currency,
  /** Null where the issuer was asked while the customer waited. */
  kind: z.enum(offlineKinds).nullable(),
  state: z.enum(offlineStates),
  reference: z.string().nullable(),
  openedMs: unixMs,
  storedMs: unixMs.nullable(),
  receivedMs: unixMs,
  /** Why a human has to look; null when nobody has to. */
  attention: shortText.nullable(),
})
export type AccountPayment = z.infer<typeof accountPayment>

/** `GET /account/v1/payments`: payments that were taken offline, newest sale first. */
export const accountPayments = z.strictObject({
  payments: z.array(accountPayment),
  /** `before` of the next page; null on the last. */
  next: idOf('pi').nullable(),
})

export const accountPaymentsQuery = z.strictObject({
  state: z.enum(offlineStates).optional(),
  kind: z.enum(offlineKinds).optional(),
  device: idOf('dev').optional(),
  location: idOf('loc').optional(),
  before: idOf('pi').optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type AccountPaymentsQuery = z.infer<typeof accountPaymentsQuery>

export function paymentCalls(ask: AccountAsk) {
  return {
    list: (query: Partial<AccountPaymentsQuery> = {}) =>
      ask({ method: 'GET', path: '/payments', query, answer: accountPayments }),
  }
}
