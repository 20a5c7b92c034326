import { approvedMinorOf, statusOf } from '@holdfast/core'
import { capturePayment, type Captured, type WantedAmount } from '../../../captures/capture-payment.ts'
import type { Tx } from '../../../database/transaction.ts'
import { findRequested } from '../../../payment-intents/payment-intent-store.ts'
import { type NotesChange, writeNotes } from '../../../payments/payment-notes.ts'
import { findCharges, findPayments } from '../../../payments/payment-queries.ts'
import { notesRefusal } from '../platform/notes-refusal.ts'
import { type Operation, pathId, type Refusing, type StripeContext, write } from '../platform/operation.ts'
import {
  amountMinor,
  email,
  emptyable,
  flag,
  hash,
  integer,
  metadata,
  text,
} from '../platform/parameter-kinds.ts'
import { incrementInFlight, paymentIntentUnfit, type StripeRefusal } from '../stripe-refusal.ts'

const intent = {
  object: 'payment_intent',
  needs: { resource: 'payment_intent', access: 'write' },
} as const
const charge = { object: 'charge', needs: { resource: 'charge', access: 'write' } } as const

const descriptors = {
  statement_descriptor: emptyable(text(22)).optional(),
  statement_descriptor_suffix: emptyable(text(22)).optional(),
}

/** Taking what was authorised. What lies above the authorisation is its tip, as far as the acquirer lets tips go. */
export const captureOperations: readonly Operation[] = [
  write({
    ...intent,
    path: '/payment_intents/:id/capture',
    parameters: {
      ...descriptors,
      amount_to_capture: amountMinor().optional(),
      amount_details: hash({
        tip: emptyable(hash({ amount: integer().optional() })).optional(),
      }).optional(),
      final_capture: flag().optional(),
      metadata: metadata().optional(),
    },
    async effect(tx, context, given) {
      const paymentId = pathId(context)
      if (given.final_capture === false) return { refusal: ONE_CAPTURE }
      const wanted = { amount: given.amount_to_capture, tip: given.amount_details?.tip?.amount }
      const taken = await take(tx, context, paymentId, wanted)
      if (taken === null) return notTaken(tx, context, paymentId)
      if (!taken.ok) return { refusal: ofIntent(taken, paymentId) }
      const noted = await note(tx, context, paymentId, {
        metadata: given.metadata,
        statementDescriptor: given.statement_descriptor,
        statementDescriptorSuffix: given.statement_descriptor_suffix,
      })
      return noted ?? { done: paymentId }
    },
  }),
  write({
    ...charge,
    path: '/charges/:id/capture',
    parameters: {
      ...descriptors,
      amount: amountMinor().optional(),
      receipt_email: email().optional(),
      transfer_group: text().optional(),
    },
    async effect(tx, context, given) {
      const id = pathId(context)
      const [known] = await findCharges(tx, context.scope, [id])
      const taken = known === undefined ? null : await take(tx, context, known.payment, given)
      if (taken === null || known === undefined) return { missing: { object: 'charge', id, param: 'charge' } }
      if (!taken.ok) return { refusal: ofCharge(taken, id) }
      const noted = await note(tx, context, known.payment, {
        receiptEmail: given.receipt_email,
        transferGroup: given.transfer_group,
        statementDescriptor: given.statement_descriptor,
        statementDescriptorSuffix: given.statement_descriptor_suffix,
      })
      return noted ?? { done: id }
    },
  }),
]

/** Null when no device of this account and mode has made a sale of it. */
async function take(
  tx: Tx,
  context: StripeContext,
  paymentId: string,
  { amount, tip }: { readonly amount?: number | undefined; readonly tip?: number | undefined },
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

/** Null when everything that there was to say is written. */
async function note(
  tx: Tx,
  { scope, world }: StripeContext,
  paymentId: string,
  change: NotesChange,
): Promise<Refusing | null> {
  if (Object.values(change).every((value) => value === undefined)) return null
  const written = await writeNotes(tx, scope, paymentId, change, { nowMs: world.clock.wallMs() })
  return written.ok ? null : notesRefusal(written, null)
}

async function notTaken(tx: Tx, { scope }: StripeContext, paymentId: string): Promise<Refusing> {
  const [requested] = await findRequested(tx, scope, [paymentId])
  if (requested === undefined)
    return { missing: { object: 'payment_intent', id: paymentId, param: 'intent' } }
  const status = requested.canceledMs === null ? 'requires_payment_method' : 'canceled'
  return { refusal: unfit(paymentId, status) }
}

type NotCaptured = Extract<Captured, { ok: false }>

function ofIntent(refused: NotCaptured, paymentId: string): StripeRefusal {
  const { refusal: code, payment } = refused
  if (code === 'charge_already_captured') {
    const message = 'This PaymentIntent could not be captured because it has already been captured.'
    return { ...paymentIntentUnfit(paymentId, message), code }
  }
  if (code === 'increment_in_flight') return { ...incrementInFlight(), paymentIntent: paymentId }
  if (code !== 'state_unfit' && code !== 'resource_missing') return ofAmount(refused, 'amount_to_capture')
  const status = payment === null ? '' : statusOf(payment.story)
  return unfit(paymentId, status === 'declined' ? 'requires_payment_method' : status)
}

function ofCharge(refused: NotCaptured, chargeId: string): StripeRefusal {
  const { refusal: code } = refused
  if (code === 'charge_already_captured') {
    return { code, stripeCode: code, message: `Charge ${chargeId} has already been captured.` }
  }
  if (code === 'increment_in_flight') return incrementInFlight()
  if (code !== 'state_unfit' && code !== 'resource_missing') return ofAmount(refused, 'amount')
  // Stripe’s codes have none for a charge that is pending, failed or given back.
  return { code: 'state_unfit', message: `Charge ${chargeId} is not an approval that waits to be captured.` }
}

function ofAmount({ refusal: code }: NotCaptured, param: string): StripeRefusal {
  if (code === 'capture_authorization_expired') {
    const message = 'The authorisation has expired and was given back; it can no longer be captured.'
    return { code, stripeCode: 'capture_charge_authorization_expired', message }
  }
  if (code === 'amount_invalid') {
    const message = 'The amounts do not fit: a tip lies within the amount to capture.'
    return { code, stripeCode: 'parameter_invalid_integer', message, param }
  }
  const message =
    'The amount to capture is above what was authorised, and above the tip that the acquirer allows.'
  return { code, stripeCode: 'amount_too_large', message, param }
}

function unfit(paymentId: string, status: string): StripeRefusal {
  const message = `This PaymentIntent could not be captured because it has a status of ${status}. Only a PaymentIntent with the status requires_capture may be captured.`
  return paymentIntentUnfit(paymentId, message)
}

const ONE_CAPTURE: StripeRefusal = {
  code: 'parameter_invalid',
  message: 'A payment in person is captured once: what is not captured goes back to the cardholder.',
  param: 'final_capture',
}
