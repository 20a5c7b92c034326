import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify'

import type { Chargeback, ChargebackStage } from './chargeback-book.ts'
import type { ChargebackMoveRefusal, ChargebackOrder, ChargebackRefusal } from './chargeback-desk.ts'
import {
  accountSchema,
  afterSchema,
  chargebackMoveSchema,
  chargebackSchema,
  clockSchema,
  fundingTermsSchema,
  journalQuerySchema,
  ruleSchema,
} from './control-schemas.ts'
import type { FundingFolder } from './funding-folder.ts'
import type { Account } from './host-desk.ts'
import type { Host } from './host.ts'
import type { FundingTerms, Journal } from './journal.ts'
import { renderFundingFile } from './render-funding-file.ts'
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
  const { host, script, journal, funding, hasMac = false } = deps
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

  app.get<{ Querystring: { after?: string } }>(
    '/chargebacks',
    { schema: { querystring: afterSchema } },
    async ({ query }) => {
      await journal?.durable()
      return host.chargebacks(Number(query.after ?? 0))
    },
  )

  app.post<{ Body: ChargebackOrder }>(
    '/chargebacks',
    { schema: { body: chargebackSchema } },
    ({ body }, reply) => tell(reply.code(201), host.chargeBack(body)),
  )

  app.post<{ Params: { id: string }; Body: { stage: Exclude<ChargebackStage, 'inquiry'> } }>(
    '/chargebacks/:id',
    { schema: { body: chargebackMoveSchema } },
    ({ params, body }, reply) => tell(reply, host.moveChargeback(params.id, body.stage)),
  )

  app.get('/terms', () => host.fundingTerms())

  app.post<{ Body: FundingTerms }>('/terms', { schema: { body: fundingTermsSchema } }, async ({ body }) => {
    const terms = host.setFundingTerms(body)
    await journal?.durable()
    return terms
  })

  app.get<{ Querystring: { after?: string } }>(
    '/funding',
    { schema: { querystring: afterSchema } },
    async ({ query }) => {
      await journal?.durable()
      return host
        .fundingFiles(Number(query.after ?? 0))
        .map(({ items, ...file }) => ({ ...file, items: items.length }))
    },
  )

  app.get<{ Params: { file: string } }>('/funding/:file', async ({ params }, reply) => {
    const file = host.fundingFiles().find((one) => one.file === params.file)
    if (file === undefined)
      return reply.code(404).send(refusal('unknown_file', null, 'No such file was made'))
    await journal?.durable()
    const text = await (funding?.read(file) ?? renderFundingFile(file))
    return reply.type('application/jsonl').send(text)
  })

  app.get('/batches', () => host.batches())

  app.get('/clock', () => ({ nowMs: host.nowMs() }))

  app.post<{ Body: { advanceMs: number } }>('/clock', { schema: { body: clockSchema } }, async ({ body }) => {
    const nowMs = host.advanceClock(body.advanceMs)
    await journal?.durable()
    return { nowMs }
  })

  return app

  async function tell(
    reply: FastifyReply,
    made: Chargeback | ChargebackRefusal | ChargebackMoveRefusal,
  ): Promise<FastifyReply> {
    if (typeof made === 'string') {
      const { status, field, message } = CHARGEBACK_REFUSALS[made]
      return reply.code(status).send(refusal(made, field, message))
    }
    await journal?.durable()
    return reply.send(made)
  }
}

const CHARGEBACK_REFUSALS: Record<
  ChargebackRefusal | ChargebackMoveRefusal,
  { status: number; field: string; message: string }
> = {
  unknown_chargeback: { status: 404, field: 'id', message: 'No such charge was contested' },
  chargeback_not_there_yet: { status: 409, field: 'stage', message: 'It cannot get there from where it is' },
  unknown_transaction: { status: 404, field: 'rrn', message: 'No such transaction was asked or told' },
  not_charged: { status: 409, field: 'rrn', message: 'Nothing of it is charged any more' },
  amount_too_large: { status: 409, field: 'amountMinor', message: 'Less than that is charged' },
}

function notValid(reply: FastifyReply, field: string, message: string): FastifyReply {
  return reply.code(400).send(refusal('not_valid', field, message))
}

function refusal(code: string, field: string | null, message: string): object {
  return { error: { code, field, message } }
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
