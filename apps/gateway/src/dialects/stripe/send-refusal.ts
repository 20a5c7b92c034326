import { errorTable } from '@holdfast/protocol'
import type { FastifyReply } from 'fastify'
import { stripeError, type StripeRefusal } from './stripe-refusal.ts'

/** The one way out for everything that is refused: body, status, and whether the same request may be sent again. */
export function sendRefusal(
  reply: FastifyReply,
  refusal: StripeRefusal,
  about?: Readonly<Record<string, unknown>>,
): FastifyReply {
  const { protocol, host } = reply.request
  const { status, body } = stripeError(refusal, `${protocol}://${host}`, about)
  return reply
    .code(status)
    .header('stripe-should-retry', String(errorTable[refusal.code].retryable))
    .send(body)
}
