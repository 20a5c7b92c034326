import * as z from 'zod'
import { generationMark } from './generation-mark.ts'
import { amountMinor, idOf, unixMs } from './primitives.ts'
import { wireRecord } from './record.ts'
import { signed } from './signed.ts'

/** `POST /device/v1/attempts`: an `attempt.started` record with its sealed block. Answered as soon as it is durable. */
export const onlineAttemptRequest = z.strictObject({ record: wireRecord, mark: generationMark.optional() })
export type OnlineAttemptRequest = z.infer<typeof onlineAttemptRequest>

/**
 * Also the answer of `GET /device/v1/attempts/:id?payment=pi_…&waitMs=…`, which waits up to `waitMs` (at most 20 000)
 * while the result is pending. Context `attempt`.
 */
export const onlineAttemptAnswer = z.strictObject({ answer: signed })
export type OnlineAttemptAnswer = z.infer<typeof onlineAttemptAnswer>

export const attemptStatement = z.strictObject({
  payment: idOf('pi'),
  attempt: idOf('att'),
  atMs: unixMs,
  /** The acquirer profile's timer: how long a device should wait after the acknowledgement. */
  timerMs: z.int().min(0),
  outcome: z.discriminatedUnion('result', [
    z.strictObject({ result: z.literal('pending') }),
    z.strictObject({
      result: z.literal('approved'),
      responseCode: z.string().max(3),
      approvalCode: z.string().max(6),
      /** Where the issuer approved less than was asked: the rest is owed (MC3). */
      approvedMinor: amountMinor.optional(),
    }),
    z.strictObject({ result: z.literal('declined'), responseCode: z.string().max(3) }),
    /** The issuer cannot be asked now: decide under your lease. */
    z.strictObject({ result: z.literal('defer') }),
    /** The gateway will never ask for this attempt: the code says why. */
    z.strictObject({ result: z.literal('refused'), code: z.string().max(64) }),
  ]),
})
export type AttemptStatement = z.infer<typeof attemptStatement>
