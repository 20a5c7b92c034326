import { toBase64Url } from '@holdfast/core'
import { isCustomerThere } from '../../../customers/customer-store.ts'
import type { Tx } from '../../../database/transaction.ts'
import { changedMetadata } from '../../../metadata/metadata.ts'
import {
  findSetupIntents,
  saveSetupIntent,
  setupCancelReasons,
  type SetupIntent,
  setupIntentsSource,
} from '../../../setup-intents/setup-intent-store.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import {
  type Missing,
  newObjectId,
  type Operation,
  pathId,
  type Refusing,
  type StripeContext,
  tell,
  write,
} from '../platform/operation.ts'
import { emptyable, listOf, metadata, oneOf, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'

const object = 'setup_intent'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const
const SECRET_BYTES = 18

const fields = {
  customer: text().optional(),
  description: emptyable(text(1_000)).optional(),
  metadata: metadata().optional(),
  payment_method_types: listOf(oneOf(['card_present', 'interac_present'])).optional(),
}

/** A reader collects the card; from a server nothing can be confirmed. */
export const setupIntentOperations: readonly Operation[] = [
  list({
    ...reads,
    path: '/setup_intents',
    filters: { customer: text().optional() },
    source: ({ scope }, { customer = null }) => setupIntentsSource(scope, customer),
  }),
  retrieve({ ...reads, path: '/setup_intents/:id', param: 'intent' }),
  write({
    ...writes,
    path: '/setup_intents',
    parameters: { ...fields, usage: oneOf(['off_session', 'on_session']).optional() },
    async effect(tx, context, { usage = 'off_session', ...given }) {
      // Stripe's newest versions name no type here; ours are saved in person in any case.
      const [method = 'card_present'] = given.payment_method_types ?? []
      const { clock, crypto } = context.world
      const id = newObjectId(context, 'seti')
      const blank: SetupIntent = {
        id,
        customer: null,
        description: null,
        method,
        usage,
        metadata: {},
        clientSecret: `${id}_secret_${toBase64Url(crypto.randomBytes(SECRET_BYTES))}`,
        createdMs: clock.wallMs(),
        canceledMs: null,
        cancelReason: null,
      }
      return save(tx, context, blank, given, 'setup_intent.created')
    },
  }),
  write({
    ...writes,
    path: '/setup_intents/:id',
    parameters: fields,
    async effect(tx, context, given) {
      const before = await hold(tx, context)
      return 'missing' in before ? before : save(tx, context, before, given, null)
    },
  }),
  write({
    ...writes,
    path: '/setup_intents/:id/confirm',
    parameters: {},
    async effect(tx, context) {
      const before = await hold(tx, context)
      return 'missing' in before ? before : unfit(before, 'confirmed')
    },
  }),
  write({
    ...writes,
    path: '/setup_intents/:id/cancel',
    parameters: { cancellation_reason: oneOf(setupCancelReasons).optional() },
    async effect(tx, context, { cancellation_reason: cancelReason = null }) {
      const before = await hold(tx, context)
      if ('missing' in before) return before
      if (before.canceledMs !== null) return unfit(before, 'canceled')
      const canceledMs = Math.max(context.world.clock.wallMs(), before.createdMs)
      await saveSetupIntent(tx, context.scope, { ...before, canceledMs, cancelReason })
      await tell(tx, context, 'setup_intent.canceled', object, before.id)
      return { done: before.id }
    },
  }),
]

interface Given {
  readonly customer?: string | undefined
  readonly description?: string | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | 'clear' | undefined
  readonly payment_method_types?: readonly SetupIntent['method'][] | undefined
}

async function save(
  tx: Tx,
  context: StripeContext,
  before: SetupIntent,
  given: Given,
  event: 'setup_intent.created' | null,
): Promise<{ readonly done: string } | Refusing> {
  const changed = changedMetadata(before.metadata, given.metadata)
  if (!changed.ok) return { refusal: metadataRefusal(changed) }
  if (given.customer !== undefined && !(await isCustomerThere(tx, context.scope, given.customer))) {
    return { missing: { object: 'customer', id: given.customer, param: 'customer' } }
  }
  await saveSetupIntent(tx, context.scope, {
    ...before,
    customer: given.customer ?? before.customer,
    description: given.description === undefined ? before.description : given.description,
    method: given.payment_method_types?.[0] ?? before.method,
    metadata: changed.metadata,
  })
  if (event !== null) await tell(tx, context, event, object, before.id)
  return { done: before.id }
}

function unfit({ canceledMs }: SetupIntent, what: 'confirmed' | 'canceled'): Refusing {
  const status = canceledMs === null ? 'requires_payment_method' : 'canceled'
  const message = `This SetupIntent could not be ${what} because it has a status of ${status}. A reader collects the card.`
  return { refusal: { code: 'state_unfit', stripeCode: 'setup_intent_unexpected_state', message } }
}

async function hold(tx: Tx, context: StripeContext): Promise<SetupIntent | { readonly missing: Missing }> {
  const id = pathId(context)
  const [setup] = await findSetupIntents(tx, context.scope, [id], { forUpdate: true })
  return setup ?? { missing: { object, id, param: 'intent' } }
}
