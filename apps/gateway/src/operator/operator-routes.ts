import { isCurrency } from '@holdfast/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listAccountBatches } from '../account/list-account-batches.ts'
import { listDevices } from '../account/list-devices.ts'
import { listOfflinePayments } from '../account/list-offline-payments.ts'
import { listReview } from '../account/list-review.ts'
import { changeOfflinePolicy, readOfflinePolicy } from '../account/offline-policy.ts'
import { tipsAside } from '../captures/tips-aside.ts'
import { listActs } from '../acts/list-acts.ts'
import { readExposure } from '../account/read-exposure.ts'
import { openIncrements } from '../increments/increment-row.ts'
import { readNotices } from '../notices/read-notices.ts'
import { pageLanguage } from '../pages/page.ts'
import { noticesView } from '../status/notice-view.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { listDayLocations } from '../day-closes/open-day.ts'
import { dayRoutes } from './day-routes.ts'
import { decisionRoutes } from './decision-routes.ts'
import type { DecisionDone } from './decision-texts.ts'
import { methodsRoutes } from './methods-routes.ts'
import { readMerchant } from './read-merchant.ts'
import type { OperatorError } from './operator-texts.ts'
import { readPolicyForm } from './policy-form.ts'
import type { OperatorView } from './operator-view.ts'
import { renderOperatorPage } from './render-operator.ts'
import { formOf, isOurs, requireSignIn, type SignedIn, withSignedIn } from './signed-in.ts'

const SHOWN_MAX = 20

/**
 * `/operator`: limits, risk, what waits and what a person has to settle, until the dashboard comes. A page of the account
 * API's own functions. What a person decides has pages of its own, with a confirmation.
 */
export function operatorRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  requireSignIn(app, parts)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
  app.get('/', (request, reply) =>
    withKey(request, reply, async (signedIn) => {
      const { saved, done } = request.query as { saved?: string; done?: string }
      const notice = saved === '1' ? 'saved' : isDone(done) ? done : null
      return show(request, reply, signedIn, { notice, typed: null })
    }),
  )
  app.post('/offline_policy', (request, reply) =>
    withKey(request, reply, async (signedIn) => {
      const form = formOf(request)
      const refuse = (notice: OperatorError, status = 422) =>
        show(request, reply.code(status), signedIn, { notice, typed: form })
      if (!isOurs(request, signedIn)) return refuse('other_page', 403)
      if (!signedIn.isConfirmed) return refuse('not_confirmed', 403)
      const { key, keyPrefix, parts: ready } = signedIn
      const { account } = key
      const { currency } = await merchantOf(request, signedIn)
      const read = readPolicyForm(form, await readOfflinePolicy(ready.pool, account), currency)
      if (!read.ok) return refuse(read.error)
      const from = { ...key, keyPrefix, nowMs: ready.world.clock.wallMs() }
      const changed = await changeOfflinePolicy(ready.pool, read.change, from)
      if (changed.ok) return reply.redirect(`/operator?currency=${currency}&saved=1`, 303)
      return refuse(ERRORS[changed.code])
    }),
  )

  function withKey(
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (signedIn: SignedIn) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    return withSignedIn(request, reply, parts(), handle)
  }

  decisionRoutes(app, parts)
  methodsRoutes(app, parts)
  dayRoutes(app, parts)

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    signedIn: SignedIn,
    also: Pick<OperatorView, 'notice' | 'typed'>,
  ): Promise<FastifyReply> {
    const { key, parts: ready } = signedIn
    const { pool, world } = ready
    const page = { limit: SHOWN_MAX }
    const nowMs = world.clock.wallMs()
    const [
      policy,
      exposure,
      devices,
      undecided,
      declined,
      review,
      batches,
      aside,
      stuckIncrements,
      acts,
      locations,
    ] = await Promise.all([
      readOfflinePolicy(pool, key.account),
      readExposure(pool, key, nowMs),
      listDevices(pool, key),
      listOfflinePayments(pool, key, { ...page, state: 'undecided' }),
      listOfflinePayments(pool, key, { ...page, state: 'declined' }),
      listReview(pool, key),
      listAccountBatches(pool, key, { state: 'open', limit: SHOWN_MAX }),
      tipsAside(pool, key, page),
      openIncrements(pool, { ...page, account: key.account, mode: key.mode, stuck: true, nowMs }),
      listActs(pool, key, SHOWN_MAX),
      listDayLocations(pool, key),
    ])
    const view: OperatorView = {
      language: pageLanguage(request.headers['accept-language']),
      mode: key.mode,
      ...(await merchantOf(request, signedIn)),
      notices: noticesView({ notices: await readNotices(pool, nowMs), readMs: nowMs, isCurrent: true }),
      policy,
      exposure,
      devices,
      undecided: undecided.payments,
      declined: declined.payments,
      review,
      batches: batches.batches,
      tipsAside: aside,
      stuckIncrements,
      acts,
      locations,
      formToken: signedIn.formToken,
      isConfirmed: signedIn.isConfirmed,
      ...also,
    }
    return reply.send(renderOperatorPage(view))
  }
}

const ERRORS = {
  offline_liability_not_accepted: 'not_accepted',
  livemode_mismatch: 'live_key_needed',
  request_malformed: 'refused',
} as const satisfies Record<string, OperatorError>

const DONE: ReadonlySet<string> = new Set<DecisionDone>(['released', 'rejected', 'resolved', 'closed'])

function isDone(text: string | undefined): text is DecisionDone {
  return text !== undefined && DONE.has(text)
}

/** Of the account, with the currency that the page is about: the one asked for, else the first. */
async function merchantOf(request: FastifyRequest, { key, parts }: SignedIn) {
  const { name, currencies } = await readMerchant(parts.pool, key.account)
  const { currency: wanted = '' } = request.query as { currency?: string }
  const currency = isCurrency(wanted) && currencies.includes(wanted) ? wanted : currencies[0]
  if (currency === undefined) throw new Error('an account has a currency')
  return { accountName: name, currencies, currency }
}
