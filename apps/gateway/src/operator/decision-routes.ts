import { isId } from '@holdfast/core'
import type { ErrorCode } from '@holdfast/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { closeAccountBatch } from '../account/close-account-batch.ts'
import { decideForMerchant } from '../account/decide-for-merchant.ts'
import { readBatchTicket } from '../account/list-account-batches.ts'
import { listReviewDecisions } from '../account/list-review-decisions.ts'
import { findDevice } from '../account/read-device-lease.ts'
import { resolveForMerchant } from '../account/resolve-for-merchant.ts'
import { pageLanguage } from '../pages/page.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { decideRest } from '../review/decide-rest.ts'
import { DECISION_TEXTS, type DecisionDone } from './decision-texts.ts'
import { type Decision, readDecisionForm } from './read-decision-form.ts'
import { renderBatch } from './render-batch.ts'
import { renderDecision } from './render-decision.ts'
import { formOf, isOurs, type SignedIn, withSignedIn } from './signed-in.ts'
import { STEP_UP_TEXTS } from './step-up-field.ts'
import { findWaitingItem } from './waiting-item.ts'

const DECISIONS_SHOWN = 5
const DONE = { release: 'released', reject: 'rejected', resolve: 'resolved' } as const satisfies Record<
  Decision['word'],
  DecisionDone
>

/** The pages on which a person decides; each says first what it would do, and takes it with a reason and a name. */
export function decisionRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.get('/review/:subject', (request, reply) =>
    withSignedIn(request, reply, parts(), (signedIn) => showItem(request, reply, signedIn, null)),
  )
  app.post('/review/:subject', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const text = textsOf(request)
      if (!isOurs(request, signedIn))
        return showItem(request, reply.code(403), signedIn, text.errors.other_page)
      if (!signedIn.isConfirmed) return showItem(request, reply.code(403), signedIn, notConfirmed(request))
      const read = readDecisionForm(formOf(request))
      if (!read.ok) return showItem(request, reply.code(422), signedIn, text.errors[read.error])
      const refused = await decide(request, signedIn, read.decision)
      if (refused === null) return reply.redirect(`/operator?done=${DONE[read.decision.word]}`, 303)
      return showItem(request, reply.code(409), signedIn, text.refusals[refused] ?? text.refused)
    }),
  )
  app.get('/batches/:batch', (request, reply) =>
    withSignedIn(request, reply, parts(), (signedIn) => showBatch(request, reply, signedIn, null)),
  )
  app.post('/batches/:batch', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const text = textsOf(request)
      if (!isOurs(request, signedIn))
        return showBatch(request, reply.code(403), signedIn, text.errors.other_page)
      if (!signedIn.isConfirmed) return showBatch(request, reply.code(403), signedIn, notConfirmed(request))
      const overMissingTips = formOf(request).get('overMissingTips') === 'yes'
      const { key, keyPrefix, parts: ready } = signedIn
      const by = { ...key, keyPrefix }
      const refused = await closeAccountBatch(ready, by, paramOf(request, 'batch'), { overMissingTips })
      if (refused === null) return reply.redirect('/operator?done=closed', 303)
      return showBatch(request, reply.code(409), signedIn, text.refusals[refused] ?? text.refused)
    }),
  )
}

/** Null when it is so, now or before. */
async function decide(
  request: FastifyRequest,
  { key, parts }: SignedIn,
  decision: Decision,
): Promise<ErrorCode | null> {
  const subject = paramOf(request, 'subject')
  const device = formOf(request).get('device') ?? undefined
  if (isId('dev', subject)) {
    if (decision.word === 'resolve' || (await findDevice(parts.pool, key, subject)) === null)
      return 'not_found'
    const { word, by, note } = decision
    const owner = { account: key.account, deviceId: subject }
    const reviewed = await decideRest(parts.world, owner, { decide: word, by, note }, { unread: true })
    if (reviewed === null) return 'review_nothing_waits'
    return reviewed.result === 'refused' ? reviewed.code : null
  }
  const made =
    decision.word === 'resolve'
      ? await resolveForMerchant(parts, key, subject, decision.said)
      : await decideForMerchant(parts, key, subject, {
          decide: decision.word,
          by: decision.by,
          note: decision.note,
          device,
        })
  return made.ok ? null : made.code
}

async function showItem(
  request: FastifyRequest,
  reply: FastifyReply,
  { key, parts: { pool }, formToken, isConfirmed }: SignedIn,
  error: string | null,
): Promise<FastifyReply> {
  const subject = paramOf(request, 'subject')
  const typed = formOf(request)
  const { device: asked } = request.query as { device?: string }
  const item = await findWaitingItem(pool, key, { subject, device: asked ?? typed.get('device') })
  const decisions = isId('pi', subject)
    ? await listReviewDecisions(pool, key, { payment: subject, limit: DECISIONS_SHOWN })
    : []
  const language = pageLanguage(request.headers['accept-language'])
  return reply.send(
    renderDecision({ language, formToken, isConfirmed, item, subject, decisions, error, typed }),
  )
}

async function showBatch(
  request: FastifyRequest,
  reply: FastifyReply,
  { key, parts: { pool }, formToken, isConfirmed }: SignedIn,
  error: string | null,
): Promise<FastifyReply> {
  const ticket = await readBatchTicket(pool, key, paramOf(request, 'batch'))
  if (ticket === null) return reply.redirect('/operator', 303)
  const language = pageLanguage(request.headers['accept-language'])
  return reply.send(renderBatch({ language, formToken, isConfirmed, ticket, error }))
}

function notConfirmed({ headers }: FastifyRequest): string {
  return STEP_UP_TEXTS[pageLanguage(headers['accept-language'])].refused
}

function textsOf(request: FastifyRequest) {
  return DECISION_TEXTS[pageLanguage(request.headers['accept-language'])]
}

function paramOf({ params }: FastifyRequest, name: string): string {
  // Fastify gives what the path of the route names.
  return (params as Readonly<Record<string, string>>)[name] ?? ''
}
