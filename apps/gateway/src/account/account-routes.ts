import { errorAnswer, type ErrorCode } from '@holdfast/protocol'
import { type AccountOperation, accountOperations } from '@holdfast/protocol/account'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { requireSecretKey, secretKeyOf } from '../http/require-secret-key.ts'
import type { ServerParts } from '../http/server-parts.ts'
import type { AccountCaller, AccountRefusal } from './account-caller.ts'
import { accountHandlers } from './account-handlers.ts'

/**
 * `/account/v1`: what a merchant decides and sees that no dialect has a word for. With a secret key; what the key's mode
 * may not see is not there. Each operation of the protocol has its handler; what it is given has passed its schemas.
 */
export function accountRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  app.addHook('onRequest', requireSecretKey(app, parts))
  for (const operation of accountOperations) {
    app.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: (request, reply) => answer(operation, request, reply),
    })
  }

  async function answer(
    operation: AccountOperation & Pick<(typeof accountOperations)[number], 'id'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const params = parse(operation.params, request.params, 'not_found')
    if (!params.ok) return refuse(reply, params)
    const query = parse(operation.query, request.query)
    if (!query.ok) return refuse(reply, query)
    const body = parse(operation.body, request.body ?? {})
    if (!body.ok) return refuse(reply, body)
    const caller: AccountCaller = { ...secretKeyOf(request), parts: parts() }
    const asked = { params: params.data, query: query.data, body: body.data }
    // Parsed by the schemas of this very operation, which say the same to the type of its handler.
    const handled = await accountHandlers[operation.id](caller, asked as never)
    return handled.ok ? reply.send(handled.body) : refuse(reply, handled)
  }
}

function parse(
  schema: z.ZodType | undefined,
  value: unknown,
  code: ErrorCode = 'request_malformed',
): { readonly ok: true; readonly data: unknown } | AccountRefusal {
  if (schema === undefined) return { ok: true, data: undefined }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, data: parsed.data }
  return { ok: false, code, param: parsed.error.issues[0]?.path.join('.') ?? '' }
}

function refuse(reply: FastifyReply, { code, param }: AccountRefusal): FastifyReply {
  const { status, body } = errorAnswer(code, param === undefined || param === '' ? undefined : { param })
  return reply.code(status).send(body)
}
