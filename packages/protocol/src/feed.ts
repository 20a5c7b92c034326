import * as z from 'zod'
import { amountMinor, currency, idOf, unixMs } from './primitives.ts'
import { signed } from './signed.ts'

/**
 * `GET /device/v1/feed?generation=…&after=…&waitMs=…`: what the gateway has to say to one device, in order, from the
 * cursor on. Another generation than the caller's means that the gateway was restored: it starts again from 0.
 */
export const feedAnswer = z.strictObject({
  generation: z.int().min(1),
  items: z.array(
    z.discriminatedUnion('type', [
      /** Context `outcome`. */
      z.strictObject({ n: z.int().min(1), type: z.literal('outcome'), statement: signed }),
    ]),
  ),
  /** Always the newest lease. Context `lease`. */
  lease: signed,
})
export type FeedAnswer = z.infer<typeof feedAnswer>

/** The gateway's last word about a payment. A decline after the goods have gone says why. */
export const outcomeStatement = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  generation: z.int().min(1),
  atMs: unixMs,
  status: z.enum(['succeeded', 'requires_capture', 'declined', 'canceled']),
  amountMinor,
  currency,
  attempt: idOf('att').nullable(),
  responseCode: z.string().max(3).nullable(),
  approvalCode: z.string().max(6).nullable(),
})
export type OutcomeStatement = z.infer<typeof outcomeStatement>
