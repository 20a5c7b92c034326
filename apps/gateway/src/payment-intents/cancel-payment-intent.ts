import { statusOf } from '@holdfast/core'
import { cancelPayment } from '../captures/cancel-payment.ts'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { Scope } from '../database/scope.ts'
import { findPayments } from '../payments/payment-queries.ts'
import type { PaymentIntentRefusal } from './change-payment-intent.ts'
import { type CancelReason, findRequested, updateRequested } from './payment-intent-store.ts'

/**
 * Calls off what no device has taken yet, and gives back what is authorised and not captured; any other sale is its
 * device's to call off.
 */
export async function cancelPaymentIntent(
  tx: Tx,
  world: GatewayWorld,
  scope: Scope,
  paymentId: string,
  reason: CancelReason | null,
): Promise<{ readonly ok: true } | PaymentIntentRefusal> {
  const [requested] = await findRequested(tx, scope, [paymentId], { forUpdate: true })
  if (requested === undefined) {
    const [view] = await findPayments(tx, scope, [paymentId])
    if (view === undefined) return { ok: false, why: 'not_found' }
    const { account } = scope
    const isHeld = statusOf(view.row.story) === 'requires_capture'
    const canceled = isHeld ? await cancelPayment(tx, world, { account, paymentId }, 'canceled') : null
    if (canceled?.ok === true) return { ok: true }
    return { ok: false, why: 'state_unfit', status: statusOf(view.row.story), taken: true }
  }
  if (requested.canceledMs !== null)
    return { ok: false, why: 'state_unfit', status: 'canceled', taken: false }
  const canceledMs = Math.max(world.clock.wallMs(), requested.createdMs)
  await updateRequested(tx, scope.account, { ...requested, canceledMs, cancelReason: reason })
  await recordEvent(
    tx,
    {
      ...scope,
      type: 'payment_intent.canceled',
      object: 'payment_intent',
      id: paymentId,
      atMs: world.clock.wallMs(),
    },
    world.crypto,
  )
  return { ok: true }
}
