import type { Scope } from '../database/scope.ts'
import { must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import type { TaskHandlers } from '../money/money-worker.ts'
import { lockPayment } from '../payments/payment-writes.ts'
import { requestRefund } from './request-refund.ts'
import { failWaitingRefunds } from './settle-waiting.ts'

const WAIT_MS = 60_000

/** What refunds have to do with what payments hand over. */
export function refundTasks(world: GatewayWorld): TaskHandlers {
  return {
    async declined(tx, { account, paymentId }) {
      const row = must(await lockPayment(tx, account, paymentId), 'a decline is of a payment')
      await failWaitingRefunds(tx, { account, mode: row.mode, paymentId }, idSourceOf(world))
      return { do: 'done' }
    },
    async refund_request(tx, { account, paymentId, work }) {
      const row = await lockPayment(tx, account, paymentId)
      if (row === null) return { do: 'wait', untilMs: world.clock.wallMs() + WAIT_MS }
      if (row.deviceId !== work.deviceId) return { do: 'park', code: 'payment_terms_mismatch' }
      const { refundId, amountMinor, operator, approver } = work
      const wanted = {
        refundId,
        amountMinor,
        operator,
        approver,
        requestedBy: 'device',
        reason: null,
      } as const
      const { mode } = row
      const requested = await requestRefund(
        tx,
        { account, mode, paymentId, metadata: {}, ...wanted },
        idSourceOf(world),
      )
      return requested.ok ? { do: 'done' } : { do: 'park', code: requested.refusal }
    },
  }
}

/** A void that came too late for a reversal: all that is left goes back. The code says why not. */
export async function refundVoided(
  tx: Tx,
  world: GatewayWorld,
  { account, mode, paymentId }: Scope & { readonly paymentId: string },
): Promise<string | null> {
  const wanted = { refundId: null, amountMinor: null, operator: null, approver: null } as const
  const requested = await requestRefund(
    tx,
    {
      account,
      mode,
      paymentId,
      metadata: {},
      reason: 'requested_by_customer',
      requestedBy: 'void',
      ...wanted,
    },
    idSourceOf(world),
  )
  return requested.ok || requested.refusal === 'charge_already_refunded' ? null : requested.refusal
}
