import { changedMetadata } from '../../../metadata/metadata.ts'
import { isPaymentIntentThere } from '../../../payment-intents/payment-intent-store.ts'
import { findCharges } from '../../../payments/payment-queries.ts'
import { moveRefund } from '../../../refunds/move-refund.ts'
import { findRefund } from '../../../refunds/refund.ts'
import { refundsSource, saveRefundMetadata } from '../../../refunds/refund-queries.ts'
import { requestRefund } from '../../../refunds/request-refund.ts'
import { moneyRefusal, refundTooLarge } from '../money-refusal.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import { idsOf, type Operation, pathId, write } from '../platform/operation.ts'
import { amountMinor, metadata, oneOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'
import { invalidParameter } from '../stripe-refusal.ts'

const object = 'refund'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const

export const refundOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/refunds',
    filters: { charge: text().optional(), payment_intent: text().optional() },
    source: ({ scope }, { charge = null, payment_intent: payment = null }) =>
      refundsSource(scope, { charge, payment }),
  }),
  retrieve({ ...reads, path: '/refunds/:id' }),
  write({
    ...writes,
    path: '/refunds',
    parameters: {
      amount: amountMinor().optional(),
      charge: text().optional(),
      payment_intent: text().optional(),
      reason: oneOf(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
      metadata: metadata().optional(),
    },
    async effect(tx, context, given) {
      const { scope } = context
      const { charge, payment_intent: payment } = given
      if (charge === undefined && payment === undefined) {
        const message =
          'One of the following params should be provided for this request: payment_intent or charge.'
        return { refusal: invalidParameter('payment_intent', message) }
      }
      const [named] = charge === undefined ? [] : await findCharges(tx, scope, [charge])
      if (charge !== undefined && named === undefined)
        return { missing: { object: 'charge', id: charge, param: 'charge' } }
      const paymentId = named?.payment ?? payment ?? ''
      if (payment !== undefined && payment !== paymentId)
        return { refusal: invalidParameter('charge', 'The charge is not of this PaymentIntent.') }
      const notes = changedMetadata({}, given.metadata)
      if (!notes.ok) return { refusal: metadataRefusal(notes) }
      const result = await requestRefund(
        tx,
        {
          ...scope,
          paymentId,
          refundId: null,
          amountMinor: given.amount ?? null,
          reason: given.reason ?? null,
          requestedBy: 'merchant',
          operator: null,
          approver: null,
          metadata: notes.metadata,
        },
        idsOf(context),
      )
      if (result.ok) return { done: result.refund.refundId }
      if (result.refusal === 'refund_amount_above_capture')
        return { refusal: refundTooLarge(given.amount ?? 0, result.leftMinor) }
      if (result.refusal !== 'resource_missing') return { refusal: moneyRefusal(result.refusal) }
      // Asked for by a back end, and no device has taken it.
      return (await isPaymentIntentThere(tx, scope, paymentId))
        ? { refusal: moneyRefusal('payment_not_refundable') }
        : { missing: { object: 'payment_intent', id: paymentId, param: 'payment_intent' } }
    },
  }),
  write({
    ...writes,
    path: '/refunds/:id',
    parameters: { metadata: metadata().optional() },
    async effect(tx, context, given) {
      const id = pathId(context)
      const refund = await findRefund(tx, { ...context.scope, refundId: id }, { lock: true })
      if (refund === null) return { missing: { object, id, param: 'id' } }
      const notes = changedMetadata(refund.metadata, given.metadata)
      if (!notes.ok) return { refusal: metadataRefusal(notes) }
      await saveRefundMetadata(tx, context.scope, id, notes.metadata)
      return { done: id }
    },
  }),
  write({
    ...writes,
    path: '/refunds/:id/cancel',
    parameters: {},
    async effect(tx, context) {
      const id = pathId(context)
      const event = { type: 'canceled', atMs: context.world.clock.wallMs() } as const
      const result = await moveRefund(tx, { ...context.scope, refundId: id }, event, idsOf(context))
      if (result.ok) return { done: id }
      return result.refusal === 'resource_missing'
        ? { missing: { object, id, param: 'id' } }
        : { refusal: moneyRefusal(result.refusal) }
    },
  }),
]
