import { DEVICE_HEADER, errorAnswer } from '@holdfast/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DeviceAnswer } from '../devices/device-api.ts'
import type { ServerParts } from '../http/server-parts.ts'

const PREFLIGHT_SECONDS = 600

/**
 * `/device/v1`: the body goes on as the text that was signed. A till is a page of another origin; what it may do rests
 * on its signature and on no cookie, so any origin may ask.
 */
export function deviceRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  const closing = Promise.withResolvers<DeviceAnswer>()
  app.addHook('preClose', (done) => {
    closing.resolve(errorAnswer('service_unavailable'))
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after')
    done()
  })

  app.options('/*', (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-allow-headers', `content-type, ${DEVICE_HEADER}`)
      .header('access-control-max-age', String(PREFLIGHT_SECONDS))
      .send(),
  )
  app.post('/enrolments', async (request, reply) => {
    return send(reply, await parts().enrol(bodyOf(request), request.ip))
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    async handler(request, reply) {
      const asked = parts().deviceApi({
        method: request.method,
        path: request.raw.url ?? '',
        headers: { [DEVICE_HEADER]: headerOf(request) },
        body: bodyOf(request),
      })
      // Whoever waits for news is sent away when the gateway stops; whoever brings something is heard to the end.
      return send(reply, await (request.method === 'GET' ? Promise.race([asked, closing.promise]) : asked))
    },
  })
}

function send(reply: FastifyReply, { status, body, retryAfterMs }: DeviceAnswer): FastifyReply {
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
  // A device may fall back on its lease, but nothing between may answer for the gateway.
  return reply.code(status).header('cache-control', 'no-store').send(body)
}

function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : ''
}

function headerOf(request: FastifyRequest): string | undefined {
  const value = request.headers[DEVICE_HEADER]
  return typeof value === 'string' ? value : undefined
}
