import type { Tx } from '../../database/transaction.ts'
import type { Scope } from '../../payments/payment-queries.ts'
import type { ObjectKinds, StripeObject } from './platform/object-kinds.ts'
import { chargeKind } from './render-charge.ts'
import { customerKind } from './render-customer.ts'
import { paymentIntentKind } from './render-payment-intent.ts'

/** Every kind of object that `/v1` answers, by the word in its `object`. A new resource adds one line. */
export const objectKinds: ObjectKinds = {
  charge: chargeKind,
  customer: customerKind,
  payment_intent: paymentIntentKind,
}

/**
 * One object as `/v1` answers it now, without expansions; null when there is none in this account and mode. Inside a
 * transaction it shows what that transaction has written.
 *
 * @public
 */
export async function renderObject(
  db: Tx,
  scope: Scope,
  kind: string,
  id: string,
): Promise<StripeObject | null> {
  const found = await objectKinds[kind]?.render(db, scope, [id])
  return found?.get(id) ?? null
}
