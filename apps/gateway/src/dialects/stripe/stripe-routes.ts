import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import { findApiKey } from '../../api-keys/api-keys.ts'
import { readApiKey } from '../../http/read-api-key.ts'
import {
  findCharge,
  findPayments,
  listCharges,
  type Listed,
  listPayments,
  type PaymentView,
  type Scope,
} from '../../payments/payment-queries.ts'
import { type Expandable, type ListParameters, type Query, readList, readRetrieve } from './parameters.ts'
import { renderCharge } from './render-charge.ts'
import { renderPaymentIntent } from './render-payment-intent.ts'
import {
  keyInvalid,
  keyMissing,
  noSuch,
  otherMode,
  secretKeyRequired,
  type StripeAnswer,
  stripeError,
  type StripeRefusal,
  unrecognisedUrl,
} from './stripe-refusal.ts'

/** Never there in Holdfast yet, so they expand to the null that they are. */
const NULLS: Expandable = { application: {}, customer: {}, invoice: {}, on_behalf_of: {}, review: {} }
const CHARGE: Expandable = { ...NULLS, balance_transaction: {}, transfer: {}, source_transfer: {} }
const EXPAND_CHARGE: Expandable = { ...CHARGE, payment_intent: { ...NULLS, payment_method: {} } }
const EXPAND_PAYMENT_INTENT: Expandable = { ...NULLS, payment_method: {}, latest_charge: CHARGE }
/** Filters that Stripe has for what Holdfast does not: nothing fits them. */
const LIST_FILTERS = ['customer', 'transfer_group']

type Handler = (scope: Scope, request: FastifyRequest) => Promise<StripeAnswer>

/** The reading half of Stripe's `/v1`: parses and renders, and holds no rule of its own. */
export function stripeRoutes(app: FastifyInstance, pool: () => Pool): void {
  async function retrievePaymentIntent(scope: Scope, request: FastifyRequest): Promise<StripeAnswer> {
    const expand = readRetrieve(queryOf(request), EXPAND_PAYMENT_INTENT)
    if (!expand.ok) return stripeError(expand.refusal)
    const id = idOf(request)
    const [view] = await findPayments(pool(), scope, [id])
    if (view === undefined) return stripeError(await missing('payment_intent', scope, id, 'intent'))
    return { status: 200, body: renderPaymentIntent(view, expand.value) }
  }

  async function listPaymentIntents(scope: Scope, request: FastifyRequest): Promise<StripeAnswer> {
    const parameters = readList(queryOf(request), EXPAND_PAYMENT_INTENT, LIST_FILTERS)
    if (!parameters.ok) return stripeError(parameters.refusal)
    const { page, expand } = parameters.value
    const listed = fitsNothing(parameters.value) ?? (await listPayments(pool(), scope, page))
    return listAnswer('payment_intent', '/v1/payment_intents', parameters.value, listed, (view) =>
      renderPaymentIntent(view, expand),
    )
  }

  async function retrieveCharge(scope: Scope, request: FastifyRequest): Promise<StripeAnswer> {
    const expand = readRetrieve(queryOf(request), EXPAND_CHARGE)
    if (!expand.ok) return stripeError(expand.refusal)
    const id = idOf(request)
    const key = await findCharge(pool(), scope, id)
    const [view] = key === null ? [] : await findPayments(pool(), scope, [key.payment])
    if (key === null || view === undefined) return stripeError(await missing('charge', scope, id, 'id'))
    return { status: 200, body: chargeOf(view, key.number, expand.value) }
  }

  async function listAllCharges(scope: Scope, request: FastifyRequest): Promise<StripeAnswer> {
    const parameters = readList(queryOf(request), EXPAND_CHARGE, ['payment_intent', ...LIST_FILTERS])
    if (!parameters.ok) return stripeError(parameters.refusal)
    const { page, expand, filters } = parameters.value
    const paymentId = filters['payment_intent'] ?? null
    if (paymentId !== null && (await findPayments(pool(), scope, [paymentId])).length === 0) {
      return stripeError(noSuch('payment_intent', paymentId, 'payment_intent'))
    }
    const listed = fitsNothing(parameters.value) ?? (await listCharges(pool(), scope, page, paymentId))
    return listAnswer('charge', '/v1/charges', parameters.value, listed, ({ view, number }) =>
      chargeOf(view, number, expand),
    )
  }

  async function missing(
    noun: 'payment_intent' | 'charge',
    scope: Scope,
    id: string,
    param: string,
  ): Promise<StripeRefusal> {
    const other: Scope = { ...scope, mode: scope.mode === 'test' ? 'live' : 'test' }
    const there =
      noun === 'charge'
        ? (await findCharge(pool(), other, id)) !== null
        : (await findPayments(pool(), other, [id])).length > 0
    return there ? otherMode(noun, id, param, scope.mode) : noSuch(noun, id, param)
  }

  async function authenticate(request: FastifyRequest): Promise<Scope | StripeRefusal> {
    const key = readApiKey(request.headers.authorization)
    if (key === null) return keyMissing()
    const known = await findApiKey(pool(), key)
    if (known === null) return keyInvalid(key)
    return known.kind === 'secret' ? { account: known.account, mode: known.mode } : secretKeyRequired()
  }

  function route(handler: Handler) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const scope = await authenticate(request)
      const answer = 'code' in scope ? stripeError(scope) : await handler(scope, request)
      return reply.code(answer.status).send(answer.body)
    }
  }

  app.get('/payment_intents', route(listPaymentIntents))
  app.get('/payment_intents/:id', route(retrievePaymentIntent))
  app.get('/charges', route(listAllCharges))
  app.get('/charges/:id', route(retrieveCharge))
  app.setNotFoundHandler(
    route((_scope, request) =>
      Promise.resolve(stripeError(unrecognisedUrl(request.method, request.url.split('?', 1)[0] ?? ''))),
    ),
  )
}

function chargeOf(view: PaymentView, number: number, expand: ReadonlySet<string>) {
  const { paymentId } = view.row.story
  const payment = expand.has('payment_intent') ? renderPaymentIntent(view, new Set()) : paymentId
  return renderCharge(view, number, payment)
}

function listAnswer<Item>(
  noun: 'payment_intent' | 'charge',
  url: string,
  { page }: ListParameters,
  listed: Listed<Item>,
  render: (item: Item) => unknown,
): StripeAnswer {
  if (!listed.ok) {
    const id = listed.unknown === 'starting_after' ? page.startingAfter : page.endingBefore
    return stripeError(noSuch(noun, id ?? '', listed.unknown))
  }
  const body = { object: 'list', data: listed.items.map(render), has_more: listed.hasMore, url }
  return { status: 200, body }
}

function fitsNothing({ filters }: ListParameters): { ok: true; items: []; hasMore: false } | null {
  const named = LIST_FILTERS.some((name) => filters[name] !== undefined)
  return named ? { ok: true, items: [], hasMore: false } : null
}

function idOf(request: FastifyRequest): string {
  // The route names `:id`.
  return (request.params as { id: string }).id
}

function queryOf(request: FastifyRequest): Query {
  // Fastify's parser gives text, or a list of texts where a name is repeated.
  return request.query as Query
}
