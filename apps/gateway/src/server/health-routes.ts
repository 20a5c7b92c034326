import type { FastifyInstance } from 'fastify'
import { databaseAnswers } from '../database/database-answers.ts'
import { newestMigration } from '../database/migrate.ts'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'
import { mayReadMetrics } from '../metrics/metrics-access.ts'
import type { NoticeBoard } from '../notices/notice-board.ts'
import type { StatusBoard } from '../status/status-board.ts'
import { renderStatusPage } from '../status/status-page.ts'
import { statusReport } from '../status/status-report.ts'
import { PAGE_HEADERS, pageLanguage } from '../pages/page.ts'
import type { HealthParts } from '../http/server-parts.ts'

export interface HealthDeps {
  /** Throws while the gateway starts. */
  readonly parts: () => HealthParts
  readonly board: StatusBoard
  readonly notices: NoticeBoard
  readonly metrics: GatewayMetrics
  /** Null: only this machine reads the metrics. */
  readonly metricsToken: string | null
  readonly wallMs: () => number
}

/**
 * `/healthz`: this process runs. `/readyz`: it can do its work, for the database answers and has what this code needs. An
 * acquirer that is down is told and does not take the gateway out of service, for it still keeps what devices bring.
 */
export function healthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  const { parts, board, notices, metrics, metricsToken, wallMs } = deps
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { role, pool, migration, linkWord } = parts()
    const database = (await databaseAnswers(pool)) ? 'up' : 'down'
    const found = database === 'up' ? await newestMigration(pool) : null
    const migrations = found === null ? 'unknown' : found < migration ? 'missing' : 'current'
    const isReady = database === 'up' && migrations === 'current' && !stopping
    const acquirer = linkWord().state
    const status = isReady ? 'ready' : 'not_ready'
    return reply.code(isReady ? 200 : 503).send({ status, role, database, migrations, acquirer })
  })
  app.get('/metrics', async (request, reply) => {
    const { ip, headers } = request
    if (!mayReadMetrics({ ip, headers }, metricsToken)) return reply.callNotFound()
    return reply.header('content-type', metrics.contentType).send(await metrics.text())
  })
  app.get('/status.json', (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .header('access-control-allow-origin', '*')
      .send(statusReport(board, notices, wallMs())),
  )
  app.get('/status', (request, reply) => {
    const language = pageLanguage(request.headers['accept-language'])
    return reply
      .headers(PAGE_HEADERS)
      .send(renderStatusPage(statusReport(board, notices, wallMs()), language))
  })
}
