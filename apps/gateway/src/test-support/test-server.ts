import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newestKnownMigration } from '../database/migrate.ts'
import { expect } from 'vitest'
import { createEnrolment } from '../devices/enrol.ts'
import { loadLeaseTerms } from '../devices/lease-terms.ts'
import { mintDeviceCode } from '../devices/mint-device-code.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { defaultFilesBound } from '../files/files-bound.ts'
import { createServer } from '../server/server.ts'
import { createGatewayMetrics } from '../metrics/gateway-metrics.ts'
import type { NoticeBoard } from '../notices/notice-board.ts'
import { StatusBoard } from '../status/status-board.ts'
import { createTokenBuckets } from '../http/token-buckets.ts'
import type { DeviceRow } from '../store/gateway-store.ts'
import { misfitsOf } from './stripe-schema.ts'
import { createSecretKeeper } from '../webhooks/webhook-secret.ts'
import type { TestGateway } from './test-gateway.ts'

export interface TestServer {
  readonly app: FastifyInstance
  readonly port: number
  readonly url: string
  /** What the status page shows of them; nothing has been read yet. */
  readonly notices: NoticeBoard
  /** Takes effect for the next request. */
  replaceParts(change: Partial<ServerParts> | null): void
  /** Fails when any answer of `/v1` did not fit Stripe's schema. */
  close(): Promise<void>
}

/** The HTTP face of a test gateway on a free port. */
export async function createTestServer({
  database,
  world,
  api,
  acquirer,
  notices,
}: TestGateway): Promise<TestServer> {
  const { pool } = database
  const codeKey = new Uint8Array(32).fill(3)
  const leaseTerms = (device: DeviceRow, held: number | null = null) =>
    loadLeaseTerms(pool, device, world.clock.wallMs(), held)
  const codes = { pool, clock: world.clock, crypto: world.crypto, codeKey }
  const whole: ServerParts = {
    pool,
    world,
    codeKey,
    rateLimit: createTokenBuckets(world.clock, { perSecond: 100, burst: 10_000 }),
    filesBound: defaultFilesBound,
    webhooks: {
      nowMs: () => world.clock.wallMs(),
      crypto: world.crypto,
      keeper: createSecretKeeper(world.crypto, new Uint8Array(32).fill(7)),
      allowPrivate: true,
    },
    deviceApi: api,
    enrol: createEnrolment({ world, pool, codeKey, leaseTerms }),
    mintDeviceCode: ({ account, mode }, location) => mintDeviceCode(codes, { account, mode, location }),
    role: 'all',
    migration: await newestKnownMigration(),
    linkWord: () => ({ state: acquirer.state(), sinceMs: 0 }),
    demo: null,
  }
  let parts: ServerParts | null = whole
  const app = createServer({
    parts: () => parts,
    health: () => parts,
    role: 'all',
    log: world.log,
    board: new StatusBoard(world.clock.wallMs()),
    notices,
    metrics: createGatewayMetrics(),
    metricsToken: null,
    wallMs: () => world.clock.wallMs(),
  })
  const misfits: string[] = []
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    // What a merchant has uploaded comes back as it is.
    if (/^\/v1\/(?!files\/\w+\/contents)/.test(request.url ?? '')) watch(request, response, misfits)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // Listening on an IP port, so the address is not a pipe's name.
  const { port } = app.server.address() as AddressInfo
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    notices,
    replaceParts(change) {
      parts = change === null ? null : { ...whole, ...change }
    },
    async close() {
      await app.close()
      expect(misfits).toEqual([])
    },
  }
}

/** Holds every answer of `/v1` to Stripe's own schema, whoever asked for it. */
function watch({ method, url }: IncomingMessage, response: ServerResponse, misfits: string[]): void {
  const end = response.end.bind(response)
  response.end = (...sent: unknown[]) => {
    const [body] = sent
    const found = typeof body === 'string' ? misfitsOf(JSON.parse(body)) : ['it has no text']
    misfits.push(...found.map((misfit) => `${method} ${url}: ${misfit}`))
    // What Fastify gave, as it gave it.
    return (end as (...passed: unknown[]) => ServerResponse)(...sent)
  }
}
