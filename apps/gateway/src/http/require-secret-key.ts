import { type ErrorCode, errorAnswer } from '@holdfast/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ApiKey, findApiKey } from '../api-keys/api-keys.ts'
import { readProgramKey } from './read-program-key.ts'
import type { ServerParts } from './server-parts.ts'

export interface SecretKey {
  readonly key: ApiKey
  readonly keyPrefix: string
}

const FOUND = 'secretKey'

/**
 * A hook that lets only those ask who bring a secret key; `secretKeyOf` is theirs. It runs before a body is read: who has no
 * key cannot make the gateway hold one.
 */
export function requireSecretKey(app: FastifyInstance, parts: () => ServerParts) {
  app.decorateRequest(FOUND, null)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const text = readProgramKey(request)
    if (text === null) return refuse(reply, 'api_key_missing')
    const { pool, world } = parts()
    const key = await findApiKey(pool, text, world.clock.wallMs())
    if (key === null || key === 'revoked' || key.kind !== 'secret') return refuse(reply, 'api_key_invalid')
    request.setDecorator<SecretKey>(FOUND, { key, keyPrefix: text.slice(0, 12) })
    return undefined
  }
}

/** Behind that hook only. */
export function secretKeyOf(request: FastifyRequest): SecretKey {
  return request.getDecorator<SecretKey>(FOUND)
}

function refuse(reply: FastifyReply, code: ErrorCode): FastifyReply {
  const { status, body } = errorAnswer(code)
  return reply.code(status).send(body)
}
