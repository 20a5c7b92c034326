import { readFileSync } from 'node:fs'

import { AMOUNT_MINOR_MAX, currencies } from '@holdfast/core'
import { cardNamed } from '@holdfast/reader'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'

import type { SaleOrder } from '../cashier/cashier-messages.ts'
import type { SupervisedProcess } from '../process/supervised-process.ts'
import type { LabDevice } from './lab-device.ts'
import { sellMany } from './lab-sales.ts'
import {
  acquirerModes,
  internetModes,
  type LabState,
  type LabSwitchboard,
  lanModes,
  serviceModes,
} from './lab-state.ts'

export interface LabServerDeps {
  readonly switchboard: LabSwitchboard
  readonly devices: readonly LabDevice[]
  /** What may be killed beside the devices, to see it come back. */
  readonly services: readonly SupervisedProcess[]
  /** A single-use code for another device; null while the gateway does not answer. */
  readonly createDeviceCode: () => Promise<string | null>
  /** For the page's links. */
  readonly links: Readonly<Record<string, string>>
}

const SALES_PER_REQUEST_MAX = 1_000

/** The outage lab: an API and a page. Local and for test mode only. */
export function createLabServer(deps: LabServerDeps): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: true } },
  })
  // JSON or nothing: a page of another origin cannot send it without asking first, and it is not allowed to.
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', (request, reply, done) => {
    const host = request.headers.host?.replace(/:\d+$/, '')
    const { origin } = request.headers
    const ours = origin === undefined || origin === `http://${request.headers.host}`
    if (ours && (host === 'localhost' || host === '127.0.0.1')) return done()
    void refuse(reply, 403, 'origin_refused', 'The lab answers on localhost only, and to no other page.')
  })
  app.setErrorHandler((error: LabError, _, reply) => {
    const { status, code, message } = explain(error)
    return refuse(reply, status, code, message)
  })
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, 'not_found', `There is nothing at ${request.method} ${request.url}.`),
  )
  addPage(app, deps)
  addStates(app, deps)
  addDevices(app, deps)
  addSales(app, deps)
  app.post('/device_codes', async (_request, reply) => {
    const code = await deps.createDeviceCode()
    if (code === null)
      return refuse(reply, 503, 'gateway_unreachable', 'The gateway does not answer. Try again.')
    return reply.code(201).send({ code })
  })
  return app
}

function addStates(app: FastifyInstance, { switchboard, services }: LabServerDeps): void {
  app.get('/state', () => switchboard.state())

  app.post<{ Body: Partial<LabState> }>('/state', { schema: { body: stateSchema } }, ({ body }) =>
    switchboard.set(body),
  )

  app.post('/clock', (_, reply) =>
    refuse(
      reply,
      501,
      'clock_not_supported',
      'The programs of this stack run on the real clock. Windows and deadlines are tested on virtual time by npm run sim.',
    ),
  )

  app.get('/services', () =>
    services.map(({ name, state, pid, restarts }) => ({ id: name, state, pid: pid ?? null, restarts })),
  )

  app.post<{ Params: { id: string }; Body: { action: 'kill' } }>(
    '/services/:id',
    { schema: { body: only({ action: { enum: ['kill'] } }) } },
    async ({ params }, reply) => {
      const service = services.find(({ name }) => name === params.id)
      if (service === undefined) return unknownName(reply, 'service', params.id, services)
      await service.kill({ stays: false })
      return { id: service.name, state: service.state }
    },
  )
}

function addDevices(app: FastifyInstance, { devices }: LabServerDeps): void {
  app.get('/devices', () => Promise.all(devices.map((device) => device.view())))

  app.post<{ Params: { id: string }; Body: { action: 'kill' | 'start' | 'wipe' } }>(
    '/devices/:id',
    { schema: { body: only({ action: { enum: ['kill', 'start', 'wipe'] } }) } },
    async ({ params, body }, reply) => {
      const device = findDevice(devices, params.id)
      if (device === undefined) return unknownName(reply, 'device', params.id, devices)
      await device[body.action]()
      return device.view()
    },
  )
}

type SalesBody = Omit<SaleOrder, 'order'> & { readonly device?: string; readonly count: number }

function addSales(app: FastifyInstance, { devices }: LabServerDeps): void {
  app.post<{ Body: SalesBody }>('/sales', { schema: { body: salesSchema } }, async ({ body }, reply) => {
    const { device: wanted, count, ...order } = body
    if (cardNamed(order.card) === null) {
      return refuse(
        reply,
        400,
        'card_unknown',
        'card: there is no such simulated card. Names are, for example, visa, mastercard, declined_05.',
      )
    }
    const named = wanted === undefined ? undefined : findDevice(devices, wanted)
    if (wanted !== undefined && named === undefined) return unknownName(reply, 'device', wanted, devices)
    const candidates = named === undefined ? devices : [named]
    const running = candidates.filter(({ process }) => process.state === 'running')
    if (running.length === 0) {
      const who = named === undefined ? 'No device' : `Device ${named.id}`
      const verb = named === undefined ? 'is running' : `is not running (it is ${named.process.state})`
      return refuse(reply, 409, 'device_not_running', `${who} ${verb}. Start it first.`)
    }
    return sellMany(running, order, count)
  })
}

const pageFiles: Readonly<Record<string, { file: URL; type: string }>> = {
  '/': { file: new URL('./page/lab.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/lab.css': { file: new URL('./page/lab.css', import.meta.url), type: 'text/css; charset=utf-8' },
  '/lab.js': { file: new URL('./page/lab.js', import.meta.url), type: 'text/javascript; charset=utf-8' },
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function addPage(app: FastifyInstance, { links }: LabServerDeps): void {
  for (const [route, { file, type }] of Object.entries(pageFiles)) {
    const body = readFileSync(file)
    app.get(route, (_, reply) =>
      reply
        .type(type)
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-cache')
        .send(body),
    )
  }
  app.get('/links', () => links)
}

function findDevice(devices: readonly LabDevice[], name: string): LabDevice | undefined {
  return devices.find(({ id, deviceId }) => id === name || deviceId === name)
}

function unknownName(
  reply: FastifyReply,
  kind: 'device' | 'service',
  name: string,
  known: readonly { readonly id?: string; readonly name?: string }[],
): FastifyReply {
  const names = known.map((entry) => entry.id ?? entry.name).join(', ')
  return refuse(reply, 404, `${kind}_unknown`, `There is no ${kind} "${name}". There are: ${names}.`)
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}

/** What fastify throws: its own refusals, and ajv's words about a body. */
interface LabError extends Error {
  readonly statusCode?: number
  readonly validation?: readonly Problem[]
}

interface Problem {
  readonly instancePath: string
  readonly params: {
    readonly additionalProperty?: string
    readonly missingProperty?: string
    readonly allowedValues?: readonly string[]
  }
  readonly message?: string
}

function explain(error: LabError): { status: number; code: string; message: string } {
  const problem = error.validation?.[0]
  if (problem !== undefined) {
    return { status: 400, code: 'parameter_invalid', message: wordsOf(problem) }
  }
  const status = error.statusCode ?? 500
  return { status, code: status < 500 ? 'request_malformed' : 'internal_error', message: error.message }
}

/** Names the field, and what it may be. */
function wordsOf({ instancePath, params, message = 'is not valid' }: Problem): string {
  const { additionalProperty, missingProperty, allowedValues } = params
  if (additionalProperty !== undefined) return `${additionalProperty}: is not a parameter of this call`
  if (missingProperty !== undefined) return `${missingProperty}: is missing`
  const choice = allowedValues === undefined ? '' : `: ${allowedValues.join(', ')}`
  return `${instancePath.slice(1) || 'body'}: ${message}${choice}`
}

function only(properties: Record<string, object>, required = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false }
}

const stateSchema = {
  ...only(
    {
      internet: { enum: internetModes },
      service: { enum: serviceModes },
      acquirer: { enum: acquirerModes },
      lan: { enum: lanModes },
    },
    [],
  ),
  minProperties: 1,
}

const salesSchema = only(
  {
    device: { type: 'string' },
    card: { type: 'string' },
    amountMinor: { type: 'integer', minimum: 1, maximum: AMOUNT_MINOR_MAX },
    currency: { enum: currencies },
    captureMethod: { enum: ['automatic', 'manual'], default: 'automatic' },
    offlineBehavior: {
      enum: ['prefer_online', 'require_online', 'force_offline'],
      default: 'prefer_online',
    },
    voiceCode: { type: 'string', pattern: '^[0-9A-Za-z]{1,6}$' },
    count: { type: 'integer', minimum: 1, maximum: SALES_PER_REQUEST_MAX, default: 1 },
  },
  ['card', 'amountMinor', 'currency'],
)
