import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'

export interface TillServerOptions {
  readonly port: number
  /** As the browser reaches it. */
  readonly gatewayUrl: string
  /** A fresh code for whoever asks, offered as a tap on the setup page; for a local demo only. */
  readonly demoDeviceCode?: () => Promise<string | null>
  /** Addresses beside the gateway that tell an internet outage from a service outage. */
  readonly reachabilityTargets?: readonly string[]
  /** The built till; `apps/till/dist` unless a test brings its own. */
  readonly dist?: string
}

export interface TillServer {
  readonly port: number
  close(): Promise<void>
}

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** Serves the till on 127.0.0.1: the build, its configuration, and nothing that a till could not do without. */
export async function startTillServer(options: TillServerOptions): Promise<TillServer> {
  const app = Fastify({ forceCloseConnections: true })
  const headers = securityHeaders(options)
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(headers)
  })
  addConfig(app, options)
  await addBuild(app, options.dist ?? DIST, headers)
  await app.listen({ host: '127.0.0.1', port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return { port, close: () => app.close() }
}

function addConfig(app: FastifyInstance, options: TillServerOptions): void {
  const { gatewayUrl, demoDeviceCode, reachabilityTargets = [] } = options
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/config.json', async (_request, reply) => {
    await reply.header('cache-control', 'no-store').send({
      gatewayUrl,
      acquirerTest: true,
      reachabilityTargets,
      demoDeviceCode: (await demoDeviceCode?.()) ?? null,
    })
  })
}

async function addBuild(
  app: FastifyInstance,
  dist: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  // The worker keeps the shell together with its headers; another gateway must therefore be another worker.
  const deployment = createHash('sha256').update(JSON.stringify(headers)).digest('hex').slice(0, 12)
  app.get('/service-worker.js', async (_request, reply) => {
    const script = await readFile(path.join(dist, 'service-worker.js'), 'utf8')
    await reply
      .header('cache-control', 'no-cache')
      .type('text/javascript')
      .send(script.replace('__HOLDFAST_DEPLOYMENT__', deployment))
  })
  await app.register(fastifyStatic, {
    root: dist,
    cacheControl: false,
    setHeaders(reply, file) {
      const isHashed = path.basename(path.dirname(file)) === 'assets'
      void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}

/** No script or style but our own files, no words with anybody but the gateway, in nobody's frame. */
function securityHeaders({
  gatewayUrl,
  reachabilityTargets = [],
}: TillServerOptions): Readonly<Record<string, string>> {
  const partners = [gatewayUrl, ...reachabilityTargets].map((url) => new URL(url).origin)
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self'`,
    `connect-src 'self' ${[...new Set(partners)].join(' ')}`,
    `manifest-src 'self'`,
    `worker-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}
