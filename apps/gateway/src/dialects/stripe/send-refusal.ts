import { errorTable } from '@holdfast/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { stripeError, type StripeRefusal } from './stripe-refusal.ts'

/** The one way out for everything that is refused: body, status, and whether the same request may be sent again. */
export function sendRefusal(
  reply: FastifyReply,
  refusal: StripeRefusal,
  about?: Readonly<Record<string, unknown>>,
): FastifyReply {
  const { status, body } = stripeError(refusal, urlOf(reply.request), about)
  return reply
    .code(status)
    .header('stripe-should-retry', String(errorTable[refusal.code].retryable))
    .send(body)
}

/** Of the gateway, as the caller has reached it. */
export function urlOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`
}
