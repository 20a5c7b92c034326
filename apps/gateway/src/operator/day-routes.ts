import { isId } from '@holdfast/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { closeDay } from '../day-closes/close-day.ts'
import { type DayPlace, readDayCloses } from '../day-closes/day-row.ts'
import { readClosedDay, readDayReport } from '../day-closes/read-day-report.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { pageLanguage } from '../pages/page.ts'
import { DAY_TEXTS } from './day-texts.ts'
import { OPERATOR_TEXTS } from './operator-texts.ts'
import { renderClosedDay, renderOpenDay } from './render-day.ts'
import { formOf, isOurs, type SignedIn, withSignedIn } from './signed-in.ts'
import { STEP_UP_TEXTS } from './step-up-field.ts'

const CLOSES_SHOWN = 31

/** MC4: X and Z of each location. */
export function dayRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.get('/days/:location', (request, reply) =>
    withSignedIn(request, reply, parts(), (signedIn) => showOpenDay(request, reply, signedIn, null)),
  )
  app.get('/days/:location/:number', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const { number } = request.params as { readonly number: string }
      const report = /^[1-9]\d{0,8}$/.test(number)
        ? await readClosedDay(signedIn.parts.pool, placeOf(request, signedIn), Number(number))
        : null
      if (report === null) return reply.redirect('/operator', 303)
      return reply.send(renderClosedDay(report, languageOf(request)))
    }),
  )
  app.post('/days/:location', (request, reply) =>
    withSignedIn(request, reply, parts(), async (signedIn) => {
      const language = languageOf(request)
      const text = DAY_TEXTS[language]
      const refuse = (status: number, error: string) =>
        showOpenDay(request, reply.code(status), signedIn, error)
      if (!isOurs(request, signedIn)) return refuse(403, OPERATOR_TEXTS[language].errors.other_page)
      if (!signedIn.isConfirmed) return refuse(403, STEP_UP_TEXTS[language].refused)
      const form = formOf(request)
      const [by, number] = [(form.get('by') ?? '').trim(), Number(form.get('number'))]
      const isWhole = by !== '' && by.length <= 200 && form.get('sure') === 'yes'
      if (!isWhole || !Number.isSafeInteger(number) || number < 1) return refuse(422, text.notSure)
      const { keyPrefix, parts: ready } = signedIn
      const place = placeOf(request, signedIn)
      const from = { keyPrefix, nowMs: ready.world.clock.wallMs() }
      const closed = await closeDay(ready.pool, place, { number, by }, from)
      if (closed.ok) return reply.redirect(`/operator/days/${place.location}/${number}`, 303)
      return refuse(409, text.refusals[closed.code] ?? text.refused)
    }),
  )
}

async function showOpenDay(
  request: FastifyRequest,
  reply: FastifyReply,
  signedIn: SignedIn,
  error: string | null,
): Promise<FastifyReply> {
  const { pool, world } = signedIn.parts
  const place = placeOf(request, signedIn)
  const day = isId('loc', place.location) ? await readDayReport(pool, place, world.clock.wallMs()) : null
  if (day === null) return reply.redirect('/operator', 303)
  const closes = await readDayCloses(pool, place, { before: null, limit: CLOSES_SHOWN })
  const { formToken, isConfirmed } = signedIn
  const by = formOf(request).get('by') ?? ''
  return reply.send(
    renderOpenDay({ language: languageOf(request), formToken, isConfirmed, day, closes, error, by }),
  )
}

function placeOf({ params }: FastifyRequest, { key: { account, mode } }: SignedIn): DayPlace {
  // Fastify gives what the path of the route names.
  const { location } = params as { readonly location: string }
  return { account, mode, location }
}

function languageOf({ headers }: FastifyRequest) {
  return pageLanguage(headers['accept-language'])
}
