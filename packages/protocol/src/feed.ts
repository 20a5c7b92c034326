import { giveUpReasons } from '@holdfast/core'
import * as z from 'zod'
import { amountMinor, currency, idOf, unixMs } from './primitives.ts'
import { signed } from './signed.ts'

/**
 * `GET /device/v1/feed?generation=…&after=…&synced=…&waitMs=…`: what the gateway has to say to one device, in order,
 * from the cursor on. Another generation than the caller's means that the gateway was restored: the device starts again
 * from 0 and sends again all that it holds; `synced=1` says that all of that is in.
 */
export const feedAnswer = z.strictObject({
  generation: z.int().min(1),
  items: z.array(
    z.discriminatedUnion('type', [
      /** Context `outcome`. */
      z.strictObject({ n: z.int().min(1), type: z.literal('outcome'), statement: signed }),
      /** Context `order`. Only for a device that asks with `orders=1`: an older one cannot read it. */
      z.strictObject({ n: z.int().min(1), type: z.literal('order'), statement: signed }),
      /** Context `tip`. Only for a device that asks with `tips=1`: an older one cannot read it. */
      z.strictObject({ n: z.int().min(1), type: z.literal('tip'), statement: signed }),
    ]),
  ),
  /** Always the newest lease. Context `lease`. */
  lease: signed,
  /** Context `standing`. Absent from an older gateway: nothing is then known to be durable. */
  standing: signed.optional(),
  /** Context `notices`. Only where there are any, for a device that asks with `notices=1`: an older one cannot read it. */
  notices: signed.optional(),
})
export type FeedAnswer = z.infer<typeof feedAnswer>

/** What the gateway holds of one device. A head below `receivedSeq` is an older copy of the device's journal. */
export const deviceStanding = z.strictObject({
  device: idOf('dev'),
  generation: z.int().min(1),
  atMs: unixMs,
  /** The highest sequence number that is in. */
  receivedSeq: z.int().min(0),
  /** Every record that is in up to here, and its outcome, also survives the loss of the gateway's disk (MP12). */
  durableSeq: z.int().min(0),
  /** True while two records of the device that continue the same one wait for review. */
  forked: z.boolean(),
})
export type DeviceStanding = z.infer<typeof deviceStanding>

/**
 * What the acquirer and the books know the authorisation by. The device only keeps it: it makes the statement enough to
 * restore the authorisation from (P7).
 */
const authorisation = z.strictObject({
  charge: z.string().regex(/^ch_[0-9A-Za-z]{24}$/),
  stan: z.string().regex(/^[0-9]{6}$/),
  rrn: z.string().regex(/^[0-9A-Z]{12}$/),
  transmittedAtMs: unixMs,
  /** What DE12 and DE13 said. */
  saleMs: unixMs,
  /** It told the issuer what was done, and did not ask. */
  advice: z.literal(true).optional(),
  /**
   * Of an approval: number and expiry of the card, sealed by the gateway to itself, because a restored gateway has still to
   * present the sale. The key never leaves the gateway, and lies outside its database.
   */
  vault: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,200}$/)
    .optional(),
})

/**
 * The gateway's last word about a payment. A decline after the goods have gone says why. `processing` is not the last
 * one: what was kept for review has been released, and the last word follows.
 */
export const outcomeStatement = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  generation: z.int().min(1),
  atMs: unixMs,
  status: z.enum(['processing', 'succeeded', 'requires_capture', 'declined', 'canceled']),
  amountMinor,
  currency,
  attempt: idOf('att').nullable(),
  responseCode: z.string().max(3).nullable(),
  approvalCode: z.string().max(6).nullable(),
  /** Where the issuer approved less than `amountMinor`: the rest is owed (MC3). */
  approvedMinor: amountMinor.optional(),
  /** Null where the issuer was never asked; absent from an older gateway. */
  authorisation: authorisation.nullable().optional(),
  /** Set where a person closed it as `declined`, and no issuer: why, and what was said about it. */
  givenUp: z.strictObject({ why: z.enum(giveUpReasons), note: z.string().max(200) }).optional(),
})
export type OutcomeStatement = z.infer<typeof outcomeStatement>
