import fastify, { type FastifyInstance } from 'fastify'

import { TEST_CARDS } from './cards.ts'
import type { Host } from './host.ts'
import type { Script, ScriptRule } from './script.ts'

const minor = { type: 'integer', minimum: 0, maximum: 999_999_999_999 }

function only(properties: Record<string, object>, required = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false }
}

const ruleSchema = only({
  match: only(
    {
      card: { enum: TEST_CARDS.map(({ name }) => name) },
      amountMinor: minor,
      next: { type: 'integer', minimum: 1 },
      message: { enum: ['authorisation', 'reversal'] },
    },
    [],
  ),
  do: {
    oneOf: [
      only({ responseCode: { type: 'string', pattern: '^[0-9A-Z]{2}$' }, approvedMinor: minor }, [
        'responseCode',
      ]),
      only({ drop: { enum: ['before', 'after'] } }),
      only({ delayMs: { type: 'integer', minimum: 0, maximum: 600_000 } }),
      only({ duplicate: { const: true } }),
      only({ cut: { const: true } }),
    ],
  },
})

const journalQuerySchema = only({ rrn: { type: 'string' }, terminal: { type: 'string' } }, [])

/** The hand on the simulator: what it did, and what it shall do wrong next. */
export function createControl({ host, script }: { host: Host; script: Script }): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false } },
  })

  app.get('/healthz', () => ({ status: 'ok' }))

  app.get<{ Querystring: { rrn?: string; terminal?: string } }>(
    '/journal',
    { schema: { querystring: journalQuerySchema } },
    ({ query }) =>
      host
        .entries()
        .filter(({ rrn }) => query.rrn === undefined || rrn === query.rrn)
        .filter(({ terminal }) => query.terminal === undefined || terminal === query.terminal),
  )

  app.get('/script', () => script.rules())

  app.post<{ Body: ScriptRule }>('/script', { schema: { body: ruleSchema } }, ({ body }, reply) => {
    script.add(body)
    return reply.code(201).send(body)
  })

  app.delete('/script', (_, reply) => {
    script.clear()
    return reply.code(204).send()
  })

  return app
}
