import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { headerOf } from '../../../http/header-of.ts'
import type { ServerParts } from '../../../http/server-parts.ts'
import { sendRefusal } from '../send-refusal.ts'
import {
  accountInvalid,
  invalidParameter,
  rateLimited,
  type StripeRefusal,
  unrecognisedUrl,
} from '../stripe-refusal.ts'
import { authenticate, type Caller, lackingPermission } from './authenticate.ts'
import type { Permission } from './operation.ts'

const CALLER = 'caller'
/** `2026-10-28.endive`, older ones without a name, and previews with features behind a semicolon. */
const VERSION = /^\d{4}-\d{2}-\d{2}(\.\w+)?(;.*)?$/

/**
 * Who asks, and whether now, by the headers alone and before a body is read: who may not ask cannot make the gateway hold
 * one. `callerOf` is for those who were let in; where the address names nothing, nobody is.
 */
export function admitCaller(app: FastifyInstance, parts: () => ServerParts): void {
  app.decorateRequest(CALLER, null)
  app.addHook('onRequest', async (request, reply) => {
    const refusal = await admit(request, reply, parts())
    return refusal === null ? undefined : sendRefusal(reply, refusal)
  })
}

export function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller>(CALLER)
}

/** The same for what one call needs of a restricted key. */
export function admitWith(needs: Permission) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const lacking = lackingPermission(callerOf(request), needs)
    return lacking === null ? undefined : sendRefusal(reply, lacking)
  }
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { pool, world, rateLimit }: ServerParts,
): Promise<StripeRefusal | null> {
  const known = await authenticate({ pool, nowMs: world.clock.wallMs() }, request)
  if ('refusal' in known) return known.refusal
  const { caller } = known
  const version = headerOf(request, 'stripe-version')
  if (version !== undefined && !VERSION.test(version))
    return invalidParameter(undefined, `Invalid Stripe API version: ${version}`)
  const account = headerOf(request, 'stripe-account')
  if (account !== undefined) {
    if (account !== caller.account) return accountInvalid(account)
    reply.header('stripe-account', account)
  }
  const waitMs = rateLimit.take(`${caller.account}/${caller.mode}`)
  if (waitMs > 0) {
    reply.header('retry-after', String(Math.ceil(waitMs / 1_000)))
    return rateLimited()
  }
  if (request.is404) return unrecognisedUrl(request)
  request.setDecorator<Caller>(CALLER, caller)
  return null
}
