import { offlineKinds, toBase64Url } from '@holdfast/core'
import { cancelPaymentIntent } from '../../../payment-intents/cancel-payment-intent.ts'
import {
  changePaymentIntent,
  type PaymentIntentChange,
  type PaymentIntentRefusal,
} from '../../../payment-intents/change-payment-intent.ts'
import { cancelReasons, insertRequested } from '../../../payment-intents/payment-intent-store.ts'
import {
  paymentIntentSearchFields,
  paymentIntentsSource,
  searchablePaymentIntents,
} from '../../../payment-intents/payment-intents-source.ts'
import { writeNotes } from '../../../payments/payment-notes.ts'
import { notesRefusal } from '../platform/notes-refusal.ts'
import { newObjectId, type Operation, pathId, type Refusing, tell, write } from '../platform/operation.ts'
import {
  amountMinor,
  currency,
  email,
  emptyable,
  flag,
  hash,
  listOf,
  metadata,
  oneOf,
  secondsRange,
  text,
} from '../platform/parameter-kinds.ts'
import { list, rangeMs, retrieve, search } from '../platform/read-operations.ts'
import { invalidParameter, paymentIntentUnfit, type StripeRefusal } from '../stripe-refusal.ts'

const object = 'payment_intent'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const
const SECRET_BYTES = 18

const statuses = [
  'requires_payment_method',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const
/** `automatic_async` is how Stripe's newer versions say `automatic`. */
const captureMethods = oneOf(['automatic', 'automatic_async', 'manual'])

const notes = {
  customer: text().optional(),
  description: emptyable(text(1_000)).optional(),
  metadata: metadata().optional(),
  receipt_email: emptyable(email()).optional(),
  statement_descriptor: emptyable(text(22)).optional(),
  statement_descriptor_suffix: emptyable(text(22)).optional(),
}
const cardPresent = hash({
  capture_method: oneOf(['manual', 'manual_preferred']).optional(),
  request_extended_authorization: flag().optional(),
  request_incremental_authorization_support: flag().optional(),
})
/** Asked for at a till: how its card is read is the reader's affair. */
const inPerson = {
  payment_method_types: listOf(oneOf(['card_present', 'interac_present'])).optional(),
  payment_method_options: hash({
    card_present: emptyable(cardPresent).optional(),
    interac_present: emptyable(hash({})).optional(),
  }).optional(),
}

export const paymentIntentOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/payment_intents',
    filters: {
      customer: text().optional(),
      status: oneOf(statuses).optional(),
      location: text().optional(),
      reader: text().optional(),
      offline: hash({
        stored: flag().optional(),
        kind: oneOf(offlineKinds).optional(),
        device: text().optional(),
        stored_at: secondsRange().optional(),
      }).optional(),
    },
    source({ scope }, { customer, status, location, reader, offline = {} }) {
      const stored = rangeMs(offline.stored_at)
      return paymentIntentsSource(scope, {
        customer,
        location,
        reader,
        device: offline.device,
        statuses: status === 'requires_payment_method' ? [status, 'declined'] : status && [status],
        isStored: offline.stored,
        offlineKind: offline.kind,
        storedFromMs: stored.fromMs,
        storedBeforeMs: stored.beforeMs,
      })
    },
  }),
  search({
    ...reads,
    path: '/payment_intents/search',
    source: searchablePaymentIntents,
    fields: paymentIntentSearchFields,
  }),
  retrieve({ ...reads, path: '/payment_intents/:id', param: 'intent' }),
  write({
    ...writes,
    path: '/payment_intents',
    parameters: {
      ...notes,
      ...inPerson,
      amount: amountMinor(),
      currency: currency(),
      capture_method: captureMethods.optional(),
      transfer_group: text().optional(),
    },
    async effect(tx, context, given) {
      const [method = null, ...others] = given.payment_method_types ?? []
      if (method === null || others.length > 0) return { refusal: inPersonOnly() }
      const { clock, crypto } = context.world
      const paymentId = newObjectId(context, 'pi')
      const createdMs = clock.wallMs()
      await insertRequested(tx, context.scope, {
        paymentId,
        amountMinor: given.amount,
        currency: given.currency,
        captureMethod: captureMethodOf(given) ?? 'automatic',
        method,
        clientSecret: `${paymentId}_secret_${toBase64Url(crypto.randomBytes(SECRET_BYTES))}`,
        createdMs,
        canceledMs: null,
        cancelReason: null,
      })
      const written = await writeNotes(tx, context.scope, paymentId, notesOf(given), { nowMs: createdMs })
      if (!written.ok) return notesRefusal(written, given.customer)
      await tell(tx, context, 'payment_intent.created', object, paymentId)
      return { done: paymentId }
    },
  }),
  write({
    ...writes,
    path: '/payment_intents/:id',
    parameters: {
      ...notes,
      ...inPerson,
      amount: amountMinor().optional(),
      currency: currency().optional(),
      capture_method: captureMethods.optional(),
      transfer_group: emptyable(text()).optional(),
    },
    async effect(tx, context, given) {
      const id = pathId(context)
      const change: PaymentIntentChange = {
        amountMinor: given.amount,
        currency: given.currency,
        captureMethod: captureMethodOf(given),
        notes: notesOf(given),
      }
      const changed = await changePaymentIntent(tx, context.scope, id, change, context.world.clock.wallMs())
      return changed.ok ? { done: id } : refusing(changed, id, 'updated', given.customer)
    },
  }),
  write({
    ...writes,
    path: '/payment_intents/:id/cancel',
    parameters: { cancellation_reason: oneOf(cancelReasons).optional() },
    async effect(tx, context, { cancellation_reason: reason = null }) {
      const id = pathId(context)
      const canceled = await cancelPaymentIntent(tx, context.world, context.scope, id, reason)
      return canceled.ok ? { done: id } : refusing(canceled, id, 'canceled')
    },
  }),
]

interface Noted {
  readonly customer?: string | undefined
  readonly description?: string | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | 'clear' | undefined
  readonly receipt_email?: string | null | undefined
  readonly statement_descriptor?: string | null | undefined
  readonly statement_descriptor_suffix?: string | null | undefined
  readonly transfer_group?: string | null | undefined
}

function notesOf(given: Noted): PaymentIntentChange['notes'] {
  return {
    customer: given.customer,
    description: given.description,
    metadata: given.metadata,
    receiptEmail: given.receipt_email,
    statementDescriptor: given.statement_descriptor,
    statementDescriptorSuffix: given.statement_descriptor_suffix,
    transferGroup: given.transfer_group,
  }
}

/** A till's own capture method, where it is given, goes before the payment's. */
function captureMethodOf(given: {
  readonly capture_method?: 'automatic' | 'automatic_async' | 'manual' | undefined
  readonly payment_method_options?:
    | { readonly card_present?: { readonly capture_method?: string | undefined } | null | undefined }
    | undefined
}): 'automatic' | 'manual' | undefined {
  if (given.payment_method_options?.card_present?.capture_method !== undefined) return 'manual'
  return given.capture_method === 'automatic_async' ? 'automatic' : given.capture_method
}

function inPersonOnly(): StripeRefusal {
  return invalidParameter(
    'payment_method_types',
    'Holdfast takes payments in person only: give payment_method_types[]=card_present (or interac_present) and nothing else.',
  )
}

function refusing(
  refused: PaymentIntentRefusal,
  id: string,
  what: 'updated' | 'canceled',
  customer?: string | null,
): Refusing {
  if (refused.why === 'not_found') return { missing: { object, id, param: 'intent' } }
  if (refused.why !== 'state_unfit') return notesRefusal(refused, customer)
  const status = refused.status === 'declined' ? 'requires_payment_method' : refused.status
  const why = refused.taken ? ' and a device has made a sale of it' : ''
  const message = `This PaymentIntent could not be ${what} because it has a status of ${status}${why}.`
  return { refusal: paymentIntentUnfit(id, message) }
}
