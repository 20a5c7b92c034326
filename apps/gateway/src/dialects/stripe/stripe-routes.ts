import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { nameCause } from '../../events/name-cause.ts'
import { type EffectResult, runOnce } from '../../idempotency/run-once.ts'
import { FILE_BYTES_MAX } from '../../files/file-type.ts'
import { headerOf } from '../../http/header-of.ts'
import type { ServerParts } from '../../http/server-parts.ts'
import { must } from '@holdfast/core'
import { API_VERSION } from './api-version.ts'
import { operations } from './operations.ts'
import { admitCaller, admitWith, callerOf } from './platform/admit-caller.ts'
import { type Caller, lackingPermission } from './platform/authenticate.ts'
import { decodeForm, type Form } from './platform/decode-form.ts'
import { type DecodedUpload, decodeUpload } from './platform/decode-upload.ts'
import {
  type Effect,
  type Missing,
  type Operation,
  type Prepared,
  type Refusing,
  type StripeContext,
  viewingOf,
} from './platform/operation.ts'
import { renderInOrder } from './platform/read-operations.ts'
import { objectKinds } from './render-object.ts'
import { sendRefusal, urlOf } from './send-refusal.ts'
import {
  idempotencyKeyInUse,
  idempotencyKeyOtherRequest,
  idempotencyKeyTooLong,
  invalidParameter,
  noSuch,
  otherMode,
  type StripeRefusal,
  unrecognisedUrl,
} from './stripe-refusal.ts'

const IDEMPOTENCY_KEY_MAX = 255
/** Names, boundaries and the other fields of a request with a file. */
const AROUND_A_FILE_BYTES = 64 * 1_024

/** What somebody has uploaded: a browser that is signed in at `/operator` keeps it, and neither shows nor runs it. */
const UPLOADED_HEADERS = {
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Stripe's `/v1`: parses and renders, and holds no rule of its own. */
export function stripeRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const files = { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX + AROUND_A_FILE_BYTES } as const
  app.addContentTypeParser('multipart/form-data', files, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('stripe-version', headerOf(request, 'stripe-version') ?? API_VERSION)
    done()
  })
  admitCaller(app, parts)
  for (const operation of operations) {
    app.route({
      method: operation.method,
      url: operation.path,
      onRequest: admitWith(operation.needs),
      handler: (request, reply) => answer(request, reply, operation),
    })
  }
  app.setNotFoundHandler((request, reply) => sendRefusal(reply, unrecognisedUrl(request)))

  async function answer(request: FastifyRequest, reply: FastifyReply, operation: Operation) {
    const decoded = await readForm(request)
    if (!decoded.ok) return sendRefusal(reply, decoded.refusal)
    const prepared = operation.prepare(decoded.form, objectKinds)
    if (!prepared.ok) return sendRefusal(reply, prepared.refusal)
    const caller = callerOf(request)
    for (const resource of prepared.value.expands) {
      const lacking = lackingPermission(caller, { resource, access: 'read' })
      if (lacking !== null) return sendRefusal(reply, lacking)
    }
    const context = { ...contextOf(request, caller), upload: decoded.upload }
    return prepared.value.does === 'read'
      ? respond(reply, context, await prepared.value.run(context))
      : write(request, reply, context, prepared.value, decoded.form)
  }

  async function write(
    request: FastifyRequest,
    reply: FastifyReply,
    context: StripeContext,
    { object, expand, effect, follow, complete }: Extract<Prepared, { does: 'write' }>,
    form: Form,
  ) {
    const { scope, pool, world } = context
    const key = request.method === 'POST' ? context.request.idempotencyKey : null
    if (key !== null) {
      if (key.length > IDEMPOTENCY_KEY_MAX) return sendRefusal(reply, idempotencyKeyTooLong())
      reply.header('idempotency-key', key)
    }
    const once = key === null ? null : { ...scope, key, inputSha256: inputSha256(request, form) }
    let own: unknown
    const result = await runOnce(
      pool,
      once === null ? null : { ...once, requestId: request.id, nowMs: world.clock.wallMs() },
      async (tx): Promise<EffectResult<Refusing>> => {
        const { id, idempotencyKey } = context.request
        await nameCause(tx, { request: id, idempotencyKey })
        const done = await effect(tx, context)
        own = 'done' in done ? done.answer : undefined
        return resultOf(object, done)
      },
    )
    if ('conflict' in result) {
      const refuse = result.conflict === 'in_use' ? idempotencyKeyInUse : idempotencyKeyOtherRequest
      return sendRefusal(reply, refuse(key ?? ''))
    }
    if ('refusal' in result) return respond(reply, context, result.refusal)
    if (result.doneBy !== null) {
      reply.header('idempotent-replayed', 'true').header('original-request', result.doneBy)
    }
    if (own !== undefined) return reply.code(200).send(own)
    const followed = await follow(context, result.done.id)
    if (!('done' in followed)) return respond(reply, context, followed)
    const { object: kind } = result.done
    const [body] = await renderInOrder(context, kind, [followed.done], expand)
    if (body === undefined && result.doneBy !== null) {
      // Deleted since it was made.
      return respond(reply, context, { missing: { object: kind, id: followed.done, param: 'id' } })
    }
    const whole = must(body, 'what was written can be rendered')
    return reply.code(200).send(await complete(context, whole))
  }

  async function respond(
    reply: FastifyReply,
    context: StripeContext,
    answered: { body: unknown } | Refusing,
  ) {
    if ('body' in answered) {
      if (answered.body instanceof Buffer) reply.headers(UPLOADED_HEADERS)
      return reply.code(200).send(answered.body)
    }
    if ('missing' in answered) return sendRefusal(reply, await missing(context, answered.missing))
    const { refusal } = answered
    if (refusal.paymentIntent === undefined) return sendRefusal(reply, refusal)
    const [shown] = await renderInOrder(context, 'payment_intent', [refusal.paymentIntent], {})
    return sendRefusal(reply, refusal, shown === undefined ? {} : { payment_intent: shown })
  }

  function contextOf(request: FastifyRequest, { account, mode }: Caller): Omit<StripeContext, 'upload'> {
    const { pool, world, codeKey, webhooks, filesBound } = parts()
    return {
      webhooks,
      scope: { account, mode },
      world,
      pool,
      kinds: objectKinds,
      codeKey,
      filesBound,
      // The routes name their ids in the path.
      ids: request.params as Readonly<Record<string, string>>,
      request: { id: request.id, idempotencyKey: headerOf(request, 'idempotency-key') ?? null },
      gatewayUrl: urlOf(request),
    }
  }
}

/** Whether it is there in the other mode decides what is said, never what is shown. */
async function missing(context: StripeContext, { object, id, param }: Missing): Promise<StripeRefusal> {
  const { pool, scope, kinds } = context
  const mode = scope.mode === 'test' ? 'live' : 'test'
  const there = await kinds[object]?.render(pool, { ...viewingOf(context), mode }, [id])
  return there?.has(id) === true ? otherMode(object, id, param, scope.mode) : noSuch(object, id, param)
}

function resultOf(object: string, effect: Effect): EffectResult<Refusing> {
  return 'done' in effect ? { done: { object, id: effect.done } } : { refusal: effect }
}

async function readForm(request: FastifyRequest): Promise<DecodedUpload> {
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?') + 1) : ''
  const body = typeof request.body === 'string' && request.method !== 'GET' ? request.body : ''
  const contentType = headerOf(request, 'content-type')
  if (request.body instanceof Buffer) return decodeUpload(query, request.body, contentType ?? '')
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (body !== '' && type !== 'application/x-www-form-urlencoded') {
    const message = `Invalid request: parameters are sent as application/x-www-form-urlencoded, not as ${type ?? 'a body without a type'}.`
    return { ok: false, refusal: invalidParameter(undefined, message) }
  }
  const decoded = decodeForm(query, body)
  return decoded.ok ? { ...decoded, upload: null } : decoded
}

/** The names of a form have no order that means anything. */
function inputSha256({ method, url }: FastifyRequest, form: Form): string {
  const canonical = (value: string | Form): unknown =>
    typeof value === 'string'
      ? value
      : Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, part]) => [name, canonical(part)])
  const said = JSON.stringify([method, url.split('?', 1)[0], canonical(form)])
  return createHash('sha256').update(said).digest('hex')
}
