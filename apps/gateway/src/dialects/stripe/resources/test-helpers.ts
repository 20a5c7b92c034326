import { findRefund } from '../../../refunds/refund.ts'
import { type Operation, pathId, write } from '../platform/operation.ts'
import type { StripeRefusal } from '../stripe-refusal.ts'

/**
 * What only tests ask for. What happens to a card, a refund or a batch in test mode is scripted at the simulated
 * acquirer (docs/reference/acquirer-control.md), which the real messages go to.
 */
export const testHelperOperations: readonly Operation[] = [
  write({
    object: 'refund',
    needs: { resource: 'refund', access: 'write' },
    path: '/test_helpers/refunds/:id/expire',
    parameters: {},
    async effect(tx, context) {
      const { scope } = context
      if (scope.mode === 'live') return { refusal: TEST_MODE_ONLY }
      const id = pathId(context)
      const refund = await findRefund(tx, { ...scope, refundId: id })
      if (refund === null) return { missing: { object: 'refund', id, param: 'refund' } }
      // A card in person never asks its holder for anything, so none of ours is ever in `requires_action`.
      return { refusal: NOTHING_TO_EXPIRE }
    },
  }),
]

const TEST_MODE_ONLY: StripeRefusal = {
  code: 'livemode_mismatch',
  stripeCode: 'livemode_mismatch',
  message: 'Test helpers are for test mode only, and this request was made with a live mode key.',
}

const NOTHING_TO_EXPIRE: StripeRefusal = {
  code: 'state_unfit',
  message:
    'Only a refund with a status of requires_action can be expired, and this one asks its holder for nothing.',
  param: 'refund',
}
