import { errorAnswer } from '@holdfast/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { requireSecretKey, secretKeyOf } from '../http/require-secret-key.ts'
import type { ServerParts } from '../http/server-parts.ts'

const codeRequest = z.strictObject({ location: z.string().optional() }).nullish()

/** For the tools of the one who runs the gateway; not part of any published API. */
export function internalRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  /** The fixed test-mode values of the demo, so that nobody has to know them twice. */
  app.get('/demo', (_request, reply) => {
    const { demo } = parts()
    return demo === null ? refuse(reply, 'not_found') : reply.send(demo)
  })

  app.post('/device_codes', { onRequest: requireSecretKey(app, parts) }, async (request, reply) => {
    const body = codeRequest.safeParse(request.body)
    if (!body.success) return refuse(reply, 'request_malformed')
    const minted = await parts().mintDeviceCode(secretKeyOf(request).key, body.data?.location ?? null)
    return minted === null ? refuse(reply, 'resource_missing', 'location') : reply.code(201).send(minted)
  })
}

function refuse(reply: FastifyReply, code: Parameters<typeof errorAnswer>[0], param?: string): FastifyReply {
  const { status, body } = errorAnswer(code, param === undefined ? undefined : { param })
  return reply.code(status).send(body)
}
