import { currencies, type Currency } from '@holdfast/core'
import * as z from 'zod'

/**
 * What payments hand over to money: written in the transaction of its cause, done by the money worker later. The id
 * follows from the cause, so a cause that is told twice makes no second task.
 */
export interface MoneyTask {
  readonly account: string
  /** `approved:pi_…`, `tip:<record hash>` and so on as the functions below make it. */
  readonly taskId: string
  readonly paymentId: string
  readonly work: MoneyWork
  readonly createdMs: number
  /** Not before this moment. */
  readonly dueMs: number
}

const currency = z.enum(currencies as [Currency, ...Currency[]])

export const moneyWork = z.discriminatedUnion('kind', [
  /** The issuer has promised the money and the device claims it. */
  z.strictObject({ kind: z.literal('approved') }),
  /** A stored payment that the issuer refused. */
  z.strictObject({ kind: z.literal('declined') }),
  /** The sale was called off, by its device or by the merchant; perhaps too late. */
  z.strictObject({ kind: z.literal('voided') }),
  /** The device wrote in a tip; the newest one counts. */
  z.strictObject({ kind: z.literal('tip'), deviceId: z.string(), tipMinor: z.int(), currency }),
  /** The device asks for the money of a manual capture. */
  z.strictObject({
    kind: z.literal('capture_request'),
    deviceId: z.string(),
    amountMinor: z.int(),
    currency,
  }),
  z.strictObject({
    kind: z.literal('refund_request'),
    deviceId: z.string(),
    refundId: z.string(),
    amountMinor: z.int(),
    currency,
    operator: z.string().nullable(),
    approver: z.string().nullable(),
  }),
  /** Nobody has captured within the contract's window. */
  z.strictObject({ kind: z.literal('capture_expiry') }),
])
export type MoneyWork = z.infer<typeof moneyWork>

/** What a device asks of a payment after its sale. */
export type FollowUp = Extract<MoneyWork, { readonly deviceId: string }>

/** At most one of each per payment, for ever. */
export function taskOfPayment(
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
  kind: 'approved' | 'declined' | 'voided' | 'capture_expiry',
  { nowMs, dueMs = nowMs }: { readonly nowMs: number; readonly dueMs?: number },
): MoneyTask {
  return { account, taskId: `${kind}:${paymentId}`, paymentId, work: { kind }, createdMs: nowMs, dueMs }
}

/** One per record of a device. */
export function taskOfRecord(
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
  recordHash: string,
  work: FollowUp,
  nowMs: number,
): MoneyTask {
  return { account, taskId: `${work.kind}:${recordHash}`, paymentId, work, createdMs: nowMs, dueMs: nowMs }
}
