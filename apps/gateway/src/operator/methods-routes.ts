import { isId, type OfferedMethods } from '@holdfast/core'
import type { PaymentMethods } from '@holdfast/protocol/account'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changePaymentMethods, type MethodsPlace, readPaymentMethods } from '../account/payment-methods.ts'
import { pageLanguage } from '../pages/page.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { readMethodsForm } from './methods-form.ts'
import { METHODS_TEXTS } from './methods-texts.ts'
import { OPERATOR_TEXTS } from './operator-texts.ts'
import { type MethodsView, renderMethods, renderMethodsOf } from './render-methods.ts'
import { STEP_UP_TEXTS } from './step-up-field.ts'
import { formOf, isOurs, type SignedIn, withSignedIn } from './signed-in.ts'

/** ST14: which cards are taken, and how they may be presented, by account, location and device. */
export function methodsRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.get('/payment_methods', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const text = METHODS_TEXTS[languageOf(request)]
      const { saved } = request.query as { saved?: string }
      const notice = saved === '1' ? ({ tone: 'good', text: text.saved } as const) : null
      return reply.send(renderMethods(await viewOf(request, signedIn, notice)))
    }),
  )
  app.get('/payment_methods/:place', (request, reply) =>
    withSignedIn(request, reply, parts(), (signedIn) => showPlace(request, reply, signedIn, null)),
  )
  app.post('/payment_methods/:place', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const language = languageOf(request)
      const { errors } = OPERATOR_TEXTS[language]
      if (!isOurs(request, signedIn)) return showPlace(request, reply.code(403), signedIn, errors.other_page)
      if (!signedIn.isConfirmed)
        return showPlace(request, reply.code(403), signedIn, STEP_UP_TEXTS[language].refused)
      const read = readMethodsForm(formOf(request))
      if (!read.ok) {
        const why = read.error === 'nothing' ? METHODS_TEXTS[language].nothing : errors.name_missing
        return showPlace(request, reply.code(422), signedIn, why)
      }
      const { key, keyPrefix, parts: ready } = signedIn
      const from = { ...key, keyPrefix, nowMs: ready.world.clock.wallMs() }
      const place = placeOf(request)
      const refused =
        place === null ? 'not_found' : await changePaymentMethods(ready.pool, place, read.change, from)
      if (refused === null) return reply.redirect('/operator/payment_methods?saved=1', 303)
      return refused === 'livemode_mismatch'
        ? showPlace(request, reply.code(403), signedIn, errors.live_key_needed)
        : showPlace(request, reply.code(404), signedIn, null)
    }),
  )
}

async function showPlace(
  request: FastifyRequest,
  reply: FastifyReply,
  signedIn: SignedIn,
  error: string | null,
): Promise<FastifyReply> {
  const text = METHODS_TEXTS[languageOf(request)]
  const notice = error === null ? null : ({ tone: 'bad', text: error } as const)
  const view = await viewOf(request, signedIn, notice)
  const place = placeOf(request)
  const found = place === null ? null : findPlace(view.methods, place, text.account)
  if (found !== null) return reply.send(renderMethodsOf(view, found))
  return reply.code(404).send(renderMethods({ ...view, notice: { tone: 'bad', text: text.gone } }))
}

async function viewOf(
  request: FastifyRequest,
  { key, parts: { pool }, formToken, isConfirmed }: SignedIn,
  notice: MethodsView['notice'],
): Promise<MethodsView> {
  const methods = await readPaymentMethods(pool, key)
  return { language: languageOf(request), formToken, isConfirmed, methods, notice, typed: formOf(request) }
}

/** Null for a path that names no place. */
function placeOf({ params }: FastifyRequest): MethodsPlace | null {
  // Fastify gives what the path of the route names.
  const { place } = params as { readonly place: string }
  if (place === 'account') return { of: 'account' }
  if (isId('loc', place)) return { of: 'location', location: place }
  return isId('dev', place) ? { of: 'device', device: place } : null
}

function findPlace(
  methods: PaymentMethods,
  place: MethodsPlace,
  accountName: string,
): { readonly path: string; readonly name: string; readonly offered: OfferedMethods | null } | null {
  switch (place.of) {
    case 'account':
      return { path: 'account', name: accountName, offered: methods.account }
    case 'location': {
      const found = methods.locations.find(({ location }) => location === place.location)
      return found === undefined ? null : { path: found.location, name: found.name, offered: found.offered }
    }
    case 'device': {
      const found = methods.devices.find(({ device }) => device === place.device)
      return found === undefined ? null : { path: found.device, name: found.name, offered: found.offered }
    }
  }
}

function languageOf({ headers }: FastifyRequest) {
  return pageLanguage(headers['accept-language'])
}
