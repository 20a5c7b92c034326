import { advance, type CancelReason, statusOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { lockPayment, writeStory } from '../payments/payment-writes.ts'
import type { PaymentRow } from '../store/gateway-store.ts'

export type Canceled =
  | { readonly ok: true; readonly payment: PaymentRow }
  | {
      readonly ok: false
      readonly refusal: 'resource_missing' | 'state_unfit'
      readonly payment: PaymentRow | null
    }

/** Gives back what the issuer holds, before any of it is taken: the authoriser reverses it. A repeat changes nothing. */
export async function cancelPayment(
  tx: Tx,
  world: GatewayWorld,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
  reason: CancelReason,
): Promise<Canceled> {
  const payment = await lockPayment(tx, account, paymentId)
  if (payment === null) return { ok: false, refusal: 'resource_missing', payment }
  if (statusOf(payment.story) === 'canceled') return { ok: true, payment }
  const advanced = advance(payment.story, { type: 'canceled', reason })
  if ('refusal' in advanced) return { ok: false, refusal: 'state_unfit', payment }
  return { ok: true, payment: await writeStory(tx, world, payment, advanced.story) }
}
