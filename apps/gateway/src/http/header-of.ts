import type { FastifyRequest } from 'fastify'

/** Undefined also for an empty one, and for one that stands there twice. */
export function headerOf({ headers }: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
