import { type Increment, must, PART_APPROVED, statusOf } from '@holdfast/core'
import { responseCode } from '@holdfast/iso8583'
import { errorTable } from '@holdfast/protocol'
import { awaitIncrement } from '../../../increments/await-increment.ts'
import { findIncrement, type IncrementRow } from '../../../increments/increment-row.ts'
import { type RequestedIncrement, requestIncrement } from '../../../increments/request-increment.ts'
import { isPaymentIntentThere } from '../../../payment-intents/payment-intent-store.ts'
import { declineCode, declineErrorCode } from '../decline-code.ts'
import { type Followed, type Operation, pathId, type Refusing, write } from '../platform/operation.ts'
import { amountMinor, metadata, text } from '../platform/parameter-kinds.ts'
import { incrementInFlight, paymentIntentUnfit, type StripeRefusal } from '../stripe-refusal.ts'

const object = 'payment_intent'

/** More is held on what waits for its capture. The issuer decides, so the answer waits for it as long as its contract says. */
export const incrementOperations: readonly Operation[] = [
  write({
    object,
    needs: { resource: object, access: 'write' },
    path: '/payment_intents/:id/increment_authorization',
    parameters: {
      amount: amountMinor(),
      description: text(1_000).optional(),
      metadata: metadata().optional(),
      statement_descriptor: text(22).optional(),
    },
    async effect(tx, context, given) {
      const { scope, world } = context
      const paymentId = pathId(context)
      const notes = {
        description: given.description,
        metadata: given.metadata,
        statementDescriptor: given.statement_descriptor,
      }
      const asked = { totalMinor: given.amount, notes }
      const requested = await requestIncrement(tx, world, { ...scope, paymentId }, asked)
      if (requested.ok) return { done: requested.increment.incrementId }
      if (requested.refusal !== 'resource_missing') return { refusal: notAsked(requested, paymentId) }
      return (await isPaymentIntentThere(tx, scope, paymentId))
        ? { refusal: notEligible(paymentId, 'requires_payment_method') }
        : { missing: { object, id: paymentId, param: 'intent' } }
    },
    async follow({ scope, world, pool }, incrementId) {
      const wanted = { ...scope, incrementId }
      const asked = must(await findIncrement(pool, wanted), 'what was asked for is kept')
      if (asked.increment.state === 'due') world.changes.notify('due')
      return followed(await awaitIncrement(world, pool, wanted))
    },
  }),
]

/** What came of it; a payment that was not raised is as it was, and still to be captured. */
function followed({ increment, paymentId }: IncrementRow): Followed {
  switch (increment.state) {
    case 'approved':
      return { done: paymentId }
    case 'declined':
      return declined(paymentId, increment.responseCode)
    case 'due':
    case 'sent':
    case 'unknown':
      return ended('increment_undecided', paymentId)
    case 'reversing':
    case 'reversed':
      return isPart(increment) ? declined(paymentId, PART_APPROVED) : ended('increment_not_made', paymentId)
    case 'canceled':
      return ended('increment_not_made', paymentId)
  }
}

function isPart({ why }: Extract<Increment, { readonly state: 'reversing' | 'reversed' }>): boolean {
  return why === 'part_approved'
}

function declined(paymentIntent: string, code: string): Refusing {
  const refusal: StripeRefusal = {
    code: 'card_declined',
    stripeCode: declineErrorCode(code),
    declineCode: declineCode(code),
    message: responseCode(code).meaning,
    paymentIntent,
  }
  return { refusal }
}

function ended(code: 'increment_undecided' | 'increment_not_made', paymentIntent: string): Refusing {
  return { refusal: { code, message: errorTable[code].message, paymentIntent } }
}

function notAsked(
  { refusal, payment }: Extract<RequestedIncrement, { readonly ok: false }>,
  paymentId: string,
): StripeRefusal {
  switch (refusal) {
    case 'increment_in_flight':
      return { ...incrementInFlight(), paymentIntent: paymentId }
    case 'increment_amount_not_above':
      return {
        code: 'parameter_invalid',
        stripeCode: 'amount_too_small',
        message: 'The amount is the new total: it must be above what is authorised now.',
        param: 'amount',
      }
    case 'increments_used_up':
      return paymentIntentUnfit(
        paymentId,
        'More was asked for on this PaymentIntent ten times, declines included.',
      )
    case 'service_unavailable':
      return { code: refusal, message: 'The issuer cannot be reached now, and nothing was asked. Try again.' }
    case 'increment_not_eligible':
    case 'resource_missing':
      return notEligible(paymentId, payment === null ? '' : statusOf(payment.story))
  }
}

function notEligible(paymentId: string, status: string): StripeRefusal {
  const why =
    status === 'requires_capture'
      ? 'its issuer holds a part of it only, or its acquirer takes no more on top'
      : `it has a status of ${status === 'declined' ? 'requires_payment_method' : status}. Only a PaymentIntent with the status requires_capture may be incremented`
  return paymentIntentUnfit(
    paymentId,
    `This PaymentIntent is not eligible for incremental authorizations: ${why}.`,
  )
}
