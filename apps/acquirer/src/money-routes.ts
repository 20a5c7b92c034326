import type { FastifyInstance, FastifyReply } from 'fastify'

import type { Chargeback, ChargebackStage } from './chargeback-book.ts'
import type { ChargebackMoveRefusal, ChargebackOrder, ChargebackRefusal } from './chargeback-desk.ts'
import { afterSchema, chargebackMoveSchema, chargebackSchema, fundingTermsSchema } from './control-schemas.ts'
import type { FundingFolder } from './funding-folder.ts'
import type { Host } from './host.ts'
import type { FundingTerms, Journal } from './journal.ts'
import { refusal } from './refusal.ts'
import { renderFundingFile } from './render-funding-file.ts'

/** What the acquirer pays and contests: the two feeds that gateways poll, and the hand on both. */
export function addMoneyRoutes(
  app: FastifyInstance,
  deps: {
    readonly host: Host
    readonly journal?: Pick<Journal, 'durable'>
    readonly funding?: FundingFolder
  },
): void {
  const { host, journal, funding } = deps

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
