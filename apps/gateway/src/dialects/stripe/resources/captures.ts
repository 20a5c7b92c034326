import { approvedMinorOf, statusOf } from '@holdfast/core'
import { capturePayment, type Captured, type WantedAmount } from '../../../captures/capture-payment.ts'
import { findCharges, findPayments } from '../../../payments/payment-queries.ts'
import type { Tx } from '../../../database/transaction.ts'
import { type Operation, pathId, type Refusing, type StripeContext, write } from '../platform/operation.ts'
import { amountMinor, flag, hash } from '../platform/parameter-kinds.ts'
import type { StripeRefusal } from '../stripe-refusal.ts'

const intent = {
  object: 'payment_intent',
  needs: { resource: 'payment_intent', access: 'write' },
} as const
const charge = { object: 'charge', needs: { resource: 'charge', access: 'write' } } as const

/** Taking what was authorised. What lies above the authorisation is its tip, as far as the acquirer lets tips go. */
export const captureOperations: readonly Operation[] = [
  write({
    ...intent,
    path: '/payment_intents/:id/capture',
    parameters: {
      amount_to_capture: amountMinor().optional(),
      amount_details: hash({ tip: hash({ amount: amountMinor().optional() }).optional() }).optional(),
      final_capture: flag().optional(),
    },
    async effect(tx, context, { amount_to_capture: amount, amount_details: details, final_capture: final }) {
      const paymentId = pathId(context)
      if (final === false) return { refusal: ONE_CAPTURE }
      const taken = await take(tx, context, paymentId, amount, details?.tip?.amount)
      if (taken === null) return { missing: { object: 'payment_intent', id: paymentId, param: 'intent' } }
      return taken.ok ? { done: paymentId } : refusing(taken, 'amount_to_capture')
    },
  }),
  write({
    ...charge,
    path: '/charges/:id/capture',
    parameters: { amount: amountMinor().optional() },
    async effect(tx, context, { amount }) {
      const id = pathId(context)
      const [known] = await findCharges(tx, context.scope, [id])
      const taken = known === undefined ? null : await take(tx, context, known.payment, amount)
      if (taken === null) return { missing: { object: 'charge', id, param: 'charge' } }
      return taken.ok ? { done: id } : refusing(taken, 'amount')
    },
  }),
  write({
    ...intent,
    path: '/payment_intents/:id/increment_authorization',
    parameters: { amount: amountMinor() },
    async effect(tx, context) {
      const id = pathId(context)
      const [view] = await findPayments(tx, context.scope, [id])
      if (view === undefined) return { missing: { object: 'payment_intent', id, param: 'intent' } }
      return { refusal: NO_INCREMENT }
    },
  }),
]

/** Null when there is no such payment in this account and mode. */
async function take(
  tx: Tx,
  context: StripeContext,
  paymentId: string,
  amount: number | undefined,
  tip?: number,
): Promise<Captured | null> {
  const { scope, world } = context
  const [view] = await findPayments(tx, scope, [paymentId])
  if (view === undefined) return null
  const authorisedMinor = approvedMinorOf(view.row.story)
  const above = amount === undefined ? undefined : Math.max(0, amount - authorisedMinor)
  const wanted: WantedAmount = {
    amountMinor: amount ?? (tip === undefined ? undefined : authorisedMinor + tip),
    tipMinor: tip ?? above,
  }
  return capturePayment(tx, world, { account: scope.account, paymentId }, wanted)
}

function refusing({ refusal: code, payment }: Extract<Captured, { ok: false }>, param: string): Refusing {
  const status = payment === null ? '' : statusOf(payment.story)
  const about = { code } as const
  switch (code) {
    case 'charge_already_captured': {
      const message = 'This payment has already been captured.'
      return { refusal: { ...about, stripeCode: 'charge_already_captured', message } }
    }
    case 'capture_authorization_expired': {
      const message = 'The authorisation has expired and was given back; it can no longer be captured.'
      return { refusal: { ...about, stripeCode: 'capture_charge_authorization_expired', message } }
    }
    case 'capture_amount_above_authorised':
    case 'tip_above_tolerance': {
      const message =
        'The amount to capture is above what was authorised, and above the tip that the acquirer allows.'
      return { refusal: { ...about, stripeCode: 'amount_too_large', message, param } }
    }
    case 'amount_invalid': {
      const message = 'The amounts do not fit: a tip lies within the amount to capture.'
      return { refusal: { ...about, stripeCode: 'parameter_invalid_integer', message, param } }
    }
    case 'resource_missing':
    case 'state_unfit': {
      const message = `This PaymentIntent could not be captured because it has a status of ${
        status === 'declined' ? 'requires_payment_method' : status
      }. Only a PaymentIntent with the status requires_capture may be captured.`
      return { refusal: { code: 'state_unfit', stripeCode: 'payment_intent_unexpected_state', message } }
    }
  }
}

const ONE_CAPTURE: StripeRefusal = {
  code: 'parameter_invalid',
  message: 'A payment in person is captured once: what is not captured goes back to the cardholder.',
  param: 'final_capture',
}

/** No host profile of ours has a message for it yet. */
const NO_INCREMENT: StripeRefusal = {
  code: 'state_unfit',
  stripeCode: 'payment_intent_unexpected_state',
  message:
    'This PaymentIntent is not eligible for incremental authorizations: its acquirer takes none. Capture with a tip, or take a second payment.',
}
