import type { FastifyRequest } from 'fastify'
import { isFromHere } from './is-from-here.ts'
import { readApiKey } from './read-api-key.ts'

/**
 * The key of a program that calls an API; null when there is none. A browser that is signed in at `/operator` sends its
 * key (Basic) along by itself, also when another site makes it ask: that is none.
 */
export function readProgramKey({ headers }: Pick<FastifyRequest, 'headers'>): string | null {
  const { authorization = '' } = headers
  const isBearer = /^\s*bearer\s/i.test(authorization)
  return isBearer || isFromHere({ headers }) ? readApiKey(authorization) : null
}
