import { errorAnswer, type ErrorCode } from '@holdfast/protocol'
import { accountPaymentsQuery, offlinePolicyChange } from '@holdfast/protocol/account'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { type ApiKey, findApiKey } from '../api-keys/api-keys.ts'
import { readApiKey } from '../http/read-api-key.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { listDevices } from './list-devices.ts'
import { listOfflinePayments } from './list-offline-payments.ts'
import { listReview } from './list-review.ts'
import { changeOfflinePolicy, readOfflinePolicy } from './offline-policy.ts'
import { readAccountRecovery } from './read-account-recovery.ts'
import { readExposure } from './read-exposure.ts'

interface Asked {
  readonly key: ApiKey
  readonly keyPrefix: string
  readonly parts: ServerParts
}

type Answer = { readonly ok: true; readonly body: unknown } | Refused
interface Refused {
  readonly ok: false
  readonly code: ErrorCode
  readonly param?: string
}

/**
 * `/account/v1`: what a merchant decides and sees that no dialect has a word for. With a secret key; what the key's mode
 * may not see is not there.
 */
export function accountRoutes(app: FastifyInstance, parts: () => ServerParts): void {
  app.get(
    '/offline_policy',
    answering(async ({ parts: { pool }, key }) => done(await readOfflinePolicy(pool, key.account))),
  )
  app.put(
    '/offline_policy',
    answering(async ({ parts: { pool, world }, key, keyPrefix }, request) => {
      const change = parse(offlinePolicyChange, request.body)
      if (!change.ok) return change
      const from = { account: key.account, keyPrefix, nowMs: world.clock.wallMs() }
      const changed = await changeOfflinePolicy(pool, change.data, from)
      return changed.ok ? done(changed.policy) : changed
    }),
  )
  app.get(
    '/exposure',
    answering(async ({ parts: { pool, world }, key }) =>
      done(await readExposure(pool, key, world.clock.wallMs())),
    ),
  )
  app.get(
    '/devices',
    answering(async ({ parts: { pool }, key }) => done({ devices: await listDevices(pool, key) })),
  )
  app.get(
    '/payments',
    answering(async ({ parts: { pool }, key }, request) => {
      const query = parse(accountPaymentsQuery, request.query)
      return query.ok ? done(await listOfflinePayments(pool, key, query.data)) : query
    }),
  )
  app.get(
    '/review',
    answering(async ({ parts: { pool }, key }) => done(await listReview(pool, key))),
  )
  app.get(
    '/recovery',
    answering(async ({ parts: { pool }, key }) => done(await readAccountRecovery(pool, key))),
  )

  function answering(handle: (asked: Asked, request: FastifyRequest) => Promise<Answer>) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('cache-control', 'no-store')
      const ready = parts()
      const text = readApiKey(request.headers.authorization)
      if (text === null) return refuse(reply, { ok: false, code: 'api_key_missing' })
      const key = await findApiKey(ready.pool, text)
      if (key === null || key.kind !== 'secret') return refuse(reply, { ok: false, code: 'api_key_invalid' })
      const answer = await handle({ key, keyPrefix: text.slice(0, 12), parts: ready }, request)
      return answer.ok ? reply.send(answer.body) : refuse(reply, answer)
    }
  }
}

function done(body: unknown): Answer {
  return { ok: true, body }
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { ok: true; data: z.infer<Schema> } | Refused {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, data: parsed.data }
  return { ok: false, code: 'request_malformed', param: parsed.error.issues[0]?.path.join('.') ?? '' }
}

function refuse(reply: FastifyReply, { code, param }: Refused): FastifyReply {
  const { status, body } = errorAnswer(code, param === undefined || param === '' ? undefined : { param })
  return reply.code(status).send(body)
}
