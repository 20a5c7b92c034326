import { isPaymentIntentThere } from '../../../payment-intents/payment-intent-store.ts'
import { type Operation, pathId, read } from '../platform/operation.ts'
import { integer, text } from '../platform/parameter-kinds.ts'

/** Stripe keeps line items for business cards on the web; a payment in person has none, and its list is empty. */
export const lineItemOperations: readonly Operation[] = [
  read({
    path: '/payment_intents/:id/amount_details_line_items',
    needs: { resource: 'payment_intent', access: 'read' },
    parameters: {
      limit: integer({ min: 1, max: 100 }).optional(),
      starting_after: text().optional(),
      ending_before: text().optional(),
    },
    async run(context) {
      const id = pathId(context)
      if (!(await isPaymentIntentThere(context.pool, context.scope, id)))
        return { missing: { object: 'payment_intent', id, param: 'intent' } }
      const url = `/v1/payment_intents/${id}/amount_details_line_items`
      return { body: { object: 'list', data: [], has_more: false, url } }
    },
  }),
]
