import { isCurrency } from '@holdfast/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listDevices } from '../account/list-devices.ts'
import { listOfflinePayments } from '../account/list-offline-payments.ts'
import { listReview } from '../account/list-review.ts'
import { changeOfflinePolicy, readOfflinePolicy } from '../account/offline-policy.ts'
import { readExposure } from '../account/read-exposure.ts'
import { type ApiKey, findApiKey } from '../api-keys/api-keys.ts'
import { PAGE_HEADERS, pageLanguage } from '../http/page.ts'
import { readApiKey } from '../http/read-api-key.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { readMerchant } from './read-merchant.ts'
import type { OperatorError } from './operator-texts.ts'
import { readPolicyForm } from './policy-form.ts'
import type { OperatorView } from './operator-view.ts'
import { renderOperatorPage, renderSignIn } from './render-operator.ts'

const SHOWN_MAX = 20

interface SignedIn {
  readonly key: ApiKey
  readonly keyPrefix: string
  readonly parts: ServerParts
}

/**
 * `/operator`: limits, risk, what waits and what a person has to settle, until the dashboard comes. A page of the account
 * API's own functions; the browser asks for a secret key and keeps it until it is closed. It sends that along by itself,
 * also when another site makes it send a form, so a change is taken from this page only.
 */
export function operatorRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
  app.get('/', (request, reply) =>
    withKey(request, reply, async (signedIn) => {
      const { saved } = request.query as { saved?: string }
      return show(request, reply, signedIn, { notice: saved === '1' ? 'saved' : null, typed: null })
    }),
  )
  app.post('/offline_policy', (request, reply) =>
    withKey(request, reply, async (signedIn) => {
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const refuse = (notice: OperatorError, status = 422) =>
        show(request, reply.code(status), signedIn, { notice, typed: form })
      if (!isFromHere(request)) return refuse('other_page', 403)
      const { key, keyPrefix, parts: ready } = signedIn
      const { account } = key
      const { currency } = await merchantOf(request, signedIn)
      const read = readPolicyForm(form, await readOfflinePolicy(ready.pool, account), currency)
      if (!read.ok) return refuse(read.error)
      const from = { account, keyPrefix, nowMs: ready.world.clock.wallMs() }
      const changed = await changeOfflinePolicy(ready.pool, read.change, from)
      if (changed.ok) return reply.redirect(`/operator?currency=${currency}&saved=1`, 303)
      return refuse(changed.code === 'offline_liability_not_accepted' ? 'not_accepted' : 'refused')
    }),
  )

  async function withKey(
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (signedIn: SignedIn) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    reply.headers(PAGE_HEADERS)
    const ready = parts()
    const text = readApiKey(request.headers.authorization)
    const key = text === null ? null : await findApiKey(ready.pool, text, ready.world.clock.wallMs())
    if (text === null || key === null || key === 'revoked' || key.kind !== 'secret') {
      const language = pageLanguage(request.headers['accept-language'])
      reply.code(401).header('www-authenticate', 'Basic realm="Holdfast", charset="UTF-8"')
      return reply.send(renderSignIn(language))
    }
    return handle({ key, keyPrefix: text.slice(0, 12), parts: ready })
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    signedIn: SignedIn,
    also: Pick<OperatorView, 'notice' | 'typed'>,
  ): Promise<FastifyReply> {
    const { key, parts: ready } = signedIn
    const { pool, world } = ready
    const page = { limit: SHOWN_MAX }
    const [policy, exposure, devices, undecided, declined, review] = await Promise.all([
      readOfflinePolicy(pool, key.account),
      readExposure(pool, key, world.clock.wallMs()),
      listDevices(pool, key),
      listOfflinePayments(pool, key, { ...page, state: 'undecided' }),
      listOfflinePayments(pool, key, { ...page, state: 'declined' }),
      listReview(pool, key),
    ])
    const view: OperatorView = {
      language: pageLanguage(request.headers['accept-language']),
      mode: key.mode,
      ...(await merchantOf(request, signedIn)),
      policy,
      exposure,
      devices,
      undecided: undecided.payments,
      declined: declined.payments,
      review,
      ...also,
    }
    return reply.send(renderOperatorPage(view))
  }
}

/** Of the account, with the currency that the page is about: the one asked for, else the first. */
async function merchantOf(request: FastifyRequest, { key, parts }: SignedIn) {
  const { name, currencies } = await readMerchant(parts.pool, key.account)
  const { currency: wanted = '' } = request.query as { currency?: string }
  const currency = isCurrency(wanted) && currencies.includes(wanted) ? wanted : currencies[0]
  if (currency === undefined) throw new Error('an account has a currency')
  return { accountName: name, currencies, currency }
}

/** Browsers say where a form comes from; what says nothing is no browser and carries no key by itself. */
function isFromHere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = headers
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`
}
