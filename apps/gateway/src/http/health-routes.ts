import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import type { ServerParts } from './server-parts.ts'

const DATABASE_ANSWERS_WITHIN_MS = 2_000

/**
 * `/healthz`: this process runs. `/readyz`: it can take sales, for the database answers. An acquirer that is down is
 * told and does not take the gateway out of service, for it still keeps what devices bring.
 */
export function healthRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { pool, acquirerState } = parts()
    const database = (await answers(pool)) ? 'up' : 'down'
    const status = database === 'up' ? 'ready' : 'not_ready'
    return reply.code(database === 'up' ? 200 : 503).send({ status, database, acquirer: acquirerState() })
  })
}

async function answers(pool: Pool): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), DATABASE_ANSWERS_WITHIN_MS)
  const asked = pool.query('select 1').then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([asked, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
