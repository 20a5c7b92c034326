import { type ErrorCode, errorAnswer } from '@holdfast/protocol'
import { randomBytes } from 'node:crypto'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { sendRefusal } from '../dialects/stripe/send-refusal.ts'
import { stripeRoutes } from '../dialects/stripe/stripe-routes.ts'
import { accountRoutes } from '../account/account-routes.ts'
import { accountOpenapi } from '../account/openapi.ts'
import type { Log } from '../ports/log.ts'
import { operatorRoutes } from '../operator/operator-routes.ts'
import type { Role } from '../world/role.ts'
import { deviceRoutes } from './device-routes.ts'
import { renderErrorsPage } from './errors-page.ts'
import { type HealthDeps, healthRoutes } from './health-routes.ts'
import { internalRoutes } from './internal-routes.ts'
import { PAGE_HEADERS } from '../pages/page.ts'
import { routeLabel } from '../http/route-label.ts'
import type { HealthParts, ServerParts } from '../http/server-parts.ts'

/** Fifty records with their sealed blocks fit. */
export const BODY_BYTES_MAX = 2 * 1_024 * 1_024

export interface ServerDeps extends Omit<HealthDeps, 'parts'> {
  /** Null while the gateway starts: what needs them then answers 503, which devices take for an outage. */
  readonly parts: () => ServerParts | null
  /** The same for what a worker answers too. */
  readonly health: () => HealthParts | null
  /** A worker answers nothing but how it is. */
  readonly role: Role
  readonly log: Log
}

/** The HTTP face of the gateway. Listening and closing are the caller's. */
export function createServer(deps: ServerDeps): FastifyInstance {
  const { parts, health, role, log, metrics } = deps
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => `req_${randomBytes(12).toString('hex')}`,
    frameworkErrors: (error, request, reply) =>
      void (isStripe(request) ? answerStripe : answerError)(log, error, request, reply),
  })
  function there(): ServerParts {
    return readyOf(parts())
  }

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('request-id', request.id)
    done()
  })
  // Before a body is read. At `/v1` whoever asks is looked at first.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 && !isStripe(request)) refuse(reply, 'not_found')
    else done()
  })
  // A connection that stays open after the last answer would hold up the end by its keep-alive time.
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const fields = { request: request.id, method, route: routeOptions.url ?? null, status: reply.statusCode }
    log.info({ ...fields, ms: Math.round(reply.elapsedTime) }, 'request')
    const route = routeLabel(routeOptions.url, request.url)
    metrics.observeRequest({ method, route, status: reply.statusCode, tookMs: reply.elapsedTime })
    done()
  })
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(log, error, request, reply))

  function under(prefix: string, routes: (scope: FastifyInstance) => void): void {
    const plugin = (scope: FastifyInstance, _options: object, done: () => void) => {
      routes(scope)
      done()
    }
    void app.register(plugin, { prefix })
  }
  under('/', (scope) => healthRoutes(scope, { ...deps, parts: () => readyOf(health()) }))
  if (role === 'worker') return app
  under('/device/v1', (scope) => deviceRoutes(scope, there))
  under('/account/v1', (scope) => accountRoutes(scope, there))
  const openapi = accountOpenapi()
  app.get('/openapi.json', () => openapi)
  const errorsPage = renderErrorsPage()
  app.get('/docs/errors', (_request, reply) => reply.headers(PAGE_HEADERS).send(errorsPage))
  under('/operator', (scope) => operatorRoutes(scope, there))
  under('/internal/v1', (scope) => internalRoutes(scope, there))
  under('/v1', (scope) => {
    scope.setErrorHandler((error: FastifyError, request, reply) => answerStripe(log, error, request, reply))
    stripeRoutes(scope, there)
  })
  return app
}

function isStripe({ url }: FastifyRequest): boolean {
  return /^\/v1(?:[/?]|$)/.test(url)
}

class NotReady extends Error {}

function readyOf<Parts>(parts: Parts | null): Parts {
  if (parts === null) throw new NotReady()
  return parts
}

/** The one place where a fault becomes an answer: logged once, and never with a body, a header or a row. */
function answerError(log: Log, error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const { code } = judge(log, error, request)
  return refuse(reply, code)
}

/** The same, as the clients of `/v1` read it. */
function answerStripe(log: Log, error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const { code, body } = judge(log, error, request)
  return sendRefusal(reply, { code, message: body.error.message })
}

function judge(log: Log, error: FastifyError, request: FastifyRequest) {
  const code = codeOf(error)
  if (code === 'internal_error') {
    const { name, message, stack } = error
    log.error(
      { request: request.id, method: request.method, error: { name, message, stack } },
      'request failed',
    )
  }
  return { code, ...errorAnswer(code) }
}

function codeOf(error: FastifyError): ErrorCode {
  if (error instanceof NotReady) return 'service_unavailable'
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'request_too_large'
  const status = error.statusCode ?? 500
  return status >= 400 && status < 500 ? 'request_malformed' : 'internal_error'
}

function refuse(reply: FastifyReply, code: ErrorCode): FastifyReply {
  const { status, body } = errorAnswer(code)
  return reply.code(status).send(body)
}
