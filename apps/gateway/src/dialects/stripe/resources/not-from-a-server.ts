import type { Tx } from '../../../database/transaction.ts'
import { isPaymentIntentThere } from '../../../payment-intents/payment-intent-store.ts'
import { findPayout } from '../../../payouts/payout.ts'
import { type Operation, pathId, type Refusing, type StripeContext, write } from '../platform/operation.ts'
import { emptyable, flag, hash, metadata, oneOf, text } from '../platform/parameter-kinds.ts'
import { paymentIntentUnfit, type StripeRefusal } from '../stripe-refusal.ts'

const intents = { object: 'payment_intent', needs: { resource: 'payment_intent', access: 'write' } } as const

/**
 * What Stripe lets a back end ask for and what needs a card, a reader or a bank that no call from a server reaches here.
 * It is read like every other call, and refused in words that say where it is done instead.
 */
export const notFromAServerOperations: readonly Operation[] = [
  write({
    ...intents,
    path: '/payment_intents/:id/confirm',
    parameters: {
      payment_method: text().optional(),
      receipt_email: text().optional(),
      return_url: text().optional(),
    },
    async effect(tx, context, { payment_method: id }) {
      if (id !== undefined) return { missing: { object: 'PaymentMethod', id, param: 'payment_method' } }
      return refuseIntent(tx, context, 'You cannot confirm this PaymentIntent: a reader collects the card.')
    },
  }),
  write({
    object: 'payout',
    needs: { resource: 'payout', access: 'write' },
    path: '/payouts/:id/reverse',
    parameters: { metadata: metadata().optional() },
    async effect(tx, context) {
      const id = pathId(context)
      const payout = await findPayout(tx, { ...context.scope, payoutId: id })
      if (payout === null) return { missing: { object: 'payout', id, param: 'id' } }
      return { refusal: NO_REVERSAL }
    },
  }),
  write({
    object: 'terminal.reader',
    needs: { resource: 'terminal_reader', access: 'write' },
    path: '/terminal/readers',
    parameters: {
      registration_code: text(),
      label: emptyable(text(200)).optional(),
      location: text().optional(),
      metadata: metadata().optional(),
    },
    effect: () => Promise.resolve({ refusal: READERS_COME_WITH_DEVICES }),
  }),
  write({
    object: 'terminal.onboarding_link',
    needs: { resource: 'terminal_onboarding_link', access: 'write' },
    path: '/terminal/onboarding_links',
    parameters: {
      link_type: oneOf(['apple_terms_and_conditions']),
      link_options: hash({
        apple_terms_and_conditions: hash({
          merchant_display_name: text(),
          allow_relinking: flag().optional(),
        }).optional(),
      }),
      on_behalf_of: text().optional(),
    },
    effect: () => Promise.resolve({ refusal: NO_TAP_TO_PAY }),
  }),
]

async function refuseIntent(tx: Tx, context: StripeContext, message: string): Promise<Refusing> {
  const id = pathId(context)
  return (await isPaymentIntentThere(tx, context.scope, id))
    ? { refusal: paymentIntentUnfit(id, message) }
    : { missing: { object: 'payment_intent', id, param: 'intent' } }
}

const NO_REVERSAL: StripeRefusal = {
  code: 'payout_unexpected_state',
  message: 'A payout is a bank transfer and cannot be reversed. One that is pending can be canceled.',
  param: 'id',
}

const READERS_COME_WITH_DEVICES: StripeRefusal = {
  code: 'parameter_invalid',
  message:
    'Readers come with the device that they are set up with and have no registration code. Enrol the device with a connection token.',
  param: 'registration_code',
}

const NO_TAP_TO_PAY: StripeRefusal = {
  code: 'parameter_invalid',
  message: 'Holdfast has no Tap to Pay on iPhone, so there are no terms to link to.',
  param: 'link_type',
}
