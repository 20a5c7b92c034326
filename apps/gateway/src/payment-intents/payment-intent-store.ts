import type { CaptureMethod, Currency } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A payment that a back end asks for and that no device has taken yet. */
export interface RequestedPayment {
  readonly paymentId: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly captureMethod: CaptureMethod
  readonly method: 'card_present' | 'interac_present'
  readonly clientSecret: string
  readonly createdMs: number
  readonly canceledMs: number | null
  readonly cancelReason: CancelReason | null
}

export const cancelReasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const
export type CancelReason = (typeof cancelReasons)[number]

/** Only those that no device has taken; from then on the payment itself is the truth. */
export async function findRequested(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<RequestedPayment[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<RequestedPayment>({
    text: `select i.payment as "paymentId", i.amount_minor as "amountMinor", i.currency,
        i.capture_method as "captureMethod", i.method, i.client_secret as "clientSecret", i.created_ms as "createdMs",
        i.canceled_ms as "canceledMs", i.cancel_reason as "cancelReason"
      from payment_intents i
      where i.account = $1 and i.mode = $2 and i.payment = any ($3)
        and not exists (select from payments p where p.account = i.account and p.payment = i.payment)
      ${forUpdate ? 'for update of i' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** Whether there is one with this id, whether or not a device has taken it. */
export async function isPaymentIntentThere(db: Tx, { account, mode }: Scope, id: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from payments where account = $1 and mode = $2 and payment = $3)
       or exists (select from payment_intents where account = $1 and mode = $2 and payment = $3) as found`,
    [account, mode, id],
  )
  return rows[0]?.found === true
}

export async function insertRequested(
  tx: Tx,
  { account, mode }: Scope,
  payment: RequestedPayment,
): Promise<void> {
  await tx.query(
    `insert into payment_intents (account, payment, mode, amount_minor, currency, capture_method, method,
       client_secret, created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      account,
      payment.paymentId,
      mode,
      payment.amountMinor,
      payment.currency,
      payment.captureMethod,
      payment.method,
      payment.clientSecret,
      payment.createdMs,
    ],
  )
}

/** The caller holds the row by `findRequested(…, { forUpdate: true })`. */
export async function updateRequested(tx: Tx, account: string, payment: RequestedPayment): Promise<void> {
  await tx.query(
    `update payment_intents set amount_minor = $3, currency = $4, capture_method = $5, canceled_ms = $6,
       cancel_reason = $7 where account = $1 and payment = $2`,
    [
      account,
      payment.paymentId,
      payment.amountMinor,
      payment.currency,
      payment.captureMethod,
      payment.canceledMs,
      payment.cancelReason,
    ],
  )
}
