import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'

import { accountSchema, clockSchema, journalQuerySchema, ruleSchema } from './control-schemas.ts'
import type { FundingFolder } from './funding-folder.ts'
import type { Account } from './host-desk.ts'
import type { Host } from './host.ts'
import type { Journal } from './journal.ts'
import { addMoneyRoutes } from './money-routes.ts'
import { refusal } from './refusal.ts'
import { type Script, scriptContradiction, type ScriptRule } from './script.ts'

export type ControlDeps = {
  readonly host: Host
  readonly script: Script
  /** What is answered here is on disk. Absent: nothing is kept. */
  readonly journal?: Pick<Journal, 'durable'>
  /** Where files for gateways lie. Absent: they are made when they are asked for. */
  readonly funding?: FundingFolder
  /** Whether the profile has MACs that could be wrong. */
  readonly hasMac?: boolean
}

/** The hand on the simulator: what it did, what it shall do wrong next, and its accounts, disputes and clock. */
export function createControl(deps: ControlDeps): FastifyInstance {
  const { host, script, journal, hasMac = false } = deps
  const app = fastify({
    forceCloseConnections: true,
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false, allowUnionTypes: true },
    },
  })
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const { statusCode = 500 } = error
    if (statusCode >= 500)
      return reply.code(500).send(refusal('internal_error', null, 'Something went wrong'))
    return reply.code(statusCode).send(refusal('not_valid', fieldOf(error), messageOf(error)))
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
    const field = scriptContradiction(body)
    if (field !== undefined) return notValid(reply, field, 'makes no sense with the other fields')
    if (body.do.wrongMac === true && !hasMac) {
      return notValid(reply, 'do.wrongMac', 'needs a profile that has MACs')
    }
    script.add(body)
    return reply.code(201).send(body)
  })

  app.delete('/script', (_, reply) => {
    script.clear()
    return reply.code(204).send()
  })

  app.get('/accounts', () => host.accounts())

  app.post<{ Body: Pick<Account, 'card' | 'currency' | 'availableMinor'> & { partialApprovals?: boolean } }>(
    '/accounts',
    { schema: { body: accountSchema } },
    async ({ body }, reply) => {
      const account = host.setAccount(body)
      await journal?.durable()
      return reply.code(201).send(account)
    },
  )

  addMoneyRoutes(app, deps)

  app.get('/batches', () => host.batches())

  app.get('/clock', () => ({ nowMs: host.nowMs() }))

  app.post<{ Body: { advanceMs: number } }>('/clock', { schema: { body: clockSchema } }, async ({ body }) => {
    const nowMs = host.advanceClock(body.advanceMs)
    await journal?.durable()
    return { nowMs }
  })

  return app
}

function notValid(reply: FastifyReply, field: string, message: string): FastifyReply {
  return reply.code(400).send(refusal('not_valid', field, message))
}

/** `do.delayMs`: where in the body or query the first fault is; null when it is no JSON at all. */
function fieldOf({ validation }: FastifyError): string | null {
  const [first] = validation ?? []
  if (first === undefined) return null
  const { additionalProperty, missingProperty } = first.params
  const path = first.instancePath.split('/').slice(1)
  // A name that somebody made up is said back only if it can be a name: it could be a card number.
  const name = [additionalProperty, missingProperty].find((one) => typeof one === 'string')
  if (typeof name === 'string') path.push(/^[A-Za-z]{1,40}$/.test(name) ? name : '?')
  return path.join('.')
}

function messageOf({ validation, message }: FastifyError): string {
  const [first] = validation ?? []
  if (first === undefined) return message
  const { allowedValues } = first.params
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : ''
  return `${first.message ?? 'is not valid'}${allowed}`
}
