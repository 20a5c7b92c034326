import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/** A payment that goes no further until somebody has looked. */
const reviewPayment = z.strictObject({
  payment: idOf('pi'),
  device: idOf('dev'),
  amountMinor,
  currency,
  openedMs: unixMs,
  why: shortText,
})

/** Records of a device that were set apart and wait, kept whole. */
const parkedRecords = z.strictObject({
  device: idOf('dev'),
  /** Null where the record could not even be read that far. */
  payment: idOf('pi').nullable(),
  code: shortText,
  count: z.int().min(1),
  receivedMs: unixMs,
})

/** `GET /account/v1/review`: what waits, oldest first, at most 200 of each. */
export const review = z.strictObject({
  payments: z.array(reviewPayment),
  parked: z.array(parkedRecords),
})
export type Review = z.infer<typeof review>

/** What one person said of what waited, for ever. */
const reviewDecision = z.strictObject({
  review: idOf('rev'),
  decision: z.enum(['released', 'rejected', 'resolved']),
  /** The code of its records, or why the payment waited. */
  waitedFor: shortText,
  device: idOf('dev'),
  /** Null for records that are of no payment. */
  payment: idOf('pi').nullable(),
  by: shortText,
  note: shortText,
  decidedMs: unixMs,
})

export type AccountReviewDecision = z.infer<typeof reviewDecision>

/** `GET /account/v1/review/decisions`: newest first. */
export const reviewDecisions = z.strictObject({ decisions: z.array(reviewDecision) })
export const reviewDecisionsQuery = z.strictObject({
  payment: idOf('pi').optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type ReviewDecisionsQuery = z.infer<typeof reviewDecisionsQuery>

const said = {
  /** Who says so; kept with the decision. */
  by: shortText.min(1),
  /** Why. Of a rejection it is required, and shown at the till. */
  note: shortText.default(''),
}
const rejected = { by: said.by, note: shortText.min(1) }

/** `POST /account/v1/review/{payment}/release`: it is genuine and goes on. */
export const reviewRelease = z.strictObject({
  ...said,
  /** Only where several devices have records of this payment that wait. */
  device: idOf('dev').optional(),
})

/** `POST /account/v1/review/{payment}/reject`: it is closed as not paid. */
export const reviewReject = z.strictObject({ ...rejected, device: idOf('dev').optional() })

/** `POST /account/v1/review/{payment}/resolve`: what somebody has read in the acquirer's own books. */
export const reviewResolve = z.discriminatedUnion('found', [
  z.strictObject({ ...said, found: z.literal('nothing') }),
  z.strictObject({
    ...said,
    found: z.literal('approval'),
    stan: z.string().regex(/^[0-9]{6}$/),
    rrn: z.string().regex(/^[0-9A-Z]{12}$/),
    transmittedAtMs: unixMs,
    /** DE13 and DE12, `MMDD` and `hhmmss`: the clock on the shop's wall. */
    saleLocalTime: z.strictObject({
      MMDD: z.string().regex(/^[0-9]{4}$/),
      hhmmss: z.string().regex(/^[0-9]{6}$/),
    }),
    responseCode: z.string().regex(/^[0-9A-Z]{2}$/),
    approvalCode: z.string().regex(/^[0-9A-Z]{1,6}$/),
    /** Minor units; absent for the whole amount. */
    approvedMinor: amountMinor.optional(),
  }),
])
export type ReviewResolve = z.infer<typeof reviewResolve>

/** `before`: the same word was said before, and nothing was changed now. */
export const reviewed = z.strictObject({ payment: idOf('pi'), result: z.enum(['decided', 'before']) })

/** `POST /account/v1/devices/{device}/review/release` and `…/reject`: one word about all that waits of a device. */
export const deviceReviewRelease = z.strictObject(said)
export const deviceReviewReject = z.strictObject(rejected)
export const deviceReviewed = z.strictObject({
  device: idOf('dev'),
  payments: z.array(
    z.strictObject({
      /** Null: records that are of no payment. */
      payment: idOf('pi').nullable(),
      result: z.enum(['decided', 'before', 'refused']),
      /** Why it was refused; null otherwise. */
      code: shortText.nullable(),
    }),
  ),
})
export type DeviceReviewed = z.infer<typeof deviceReviewed>

export function reviewCalls(ask: AccountAsk) {
  return {
    list: () => ask({ method: 'GET', path: '/review', answer: review }),
    decisions: (query: Partial<ReviewDecisionsQuery> = {}) =>
      ask({ method: 'GET', path: '/review/decisions', query, answer: reviewDecisions }),
    release: (payment: string, body: z.input<typeof reviewRelease>) =>
      ask({ method: 'POST', path: `/review/${payment}/release`, body, answer: reviewed }),
    reject: (payment: string, body: z.input<typeof reviewReject>) =>
      ask({ method: 'POST', path: `/review/${payment}/reject`, body, answer: reviewed }),
    resolve: (payment: string, body: z.input<typeof reviewResolve>) =>
      ask({ method: 'POST', path: `/review/${payment}/resolve`, body, answer: reviewed }),
    releaseDevice: (device: string, body: z.input<typeof deviceReviewRelease>) =>
      ask({ method: 'POST', path: `/devices/${device}/review/release`, body, answer: deviceReviewed }),
    rejectDevice: (device: string, body: z.input<typeof deviceReviewReject>) =>
      ask({ method: 'POST', path: `/devices/${device}/review/reject`, body, answer: deviceReviewed }),
  }
}
