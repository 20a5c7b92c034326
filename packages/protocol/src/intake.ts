import { currencies } from '@holdfast/core'
import * as z from 'zod'
import { generationMark } from './generation-mark.ts'
import { idOf, sha256Hex, sumMinor, unixMs } from './primitives.ts'
import { wireRecord } from './record.ts'
import { signed } from './signed.ts'

export const INTAKE_RECORDS_MAX = 50

/** What the device holds, stated with every batch, so that a void or a tip behind it is waited for. */
export const manifest = z
  .strictObject({
    headSeq: z.int().min(1),
    headHash: sha256Hex,
    /**
     * With these records the gateway has all up to here. Less than their last where an earlier one is set apart for a
     * while; absent: their last.
     */
    throughSeq: z.int().min(0).optional(),
    /** Accepted payments that the gateway has not acknowledged. */
    count: z.int().min(0),
    sums: z.partialRecord(z.enum(currencies), sumMinor),
    voids: z.int().min(0),
    /** Absent: nothing is known, so after a restore all of it is in doubt. */
    mark: generationMark.optional(),
  })
  .refine(({ headSeq, throughSeq = 0 }) => throughSeq <= headSeq, {
    path: ['throughSeq'],
    error: 'must not be more than headSeq',
  })
export type Manifest = z.infer<typeof manifest>

/** `POST /device/v1/records`: in sequence order. One bad item never blocks its batch. */
export const intakeRequest = z.strictObject({
  manifest,
  /** The device whose records these are, where another one of its account and mode carries them. */
  onBehalfOf: idOf('dev').optional(),
  records: z.array(wireRecord).min(1).max(INTAKE_RECORDS_MAX),
  /**
   * Outcomes of these payments that an earlier generation signed, context `outcome`. A gateway that has forgotten them
   * adopts them with the records, so that no issuer is asked twice (P7).
   */
  outcomes: z.array(signed).max(INTAKE_RECORDS_MAX).optional(),
})
export type IntakeRequest = z.infer<typeof intakeRequest>

export const intakeAnswer = z.strictObject({ receipt: signed })
export type IntakeAnswer = z.infer<typeof intakeAnswer>

/** Context `receipt`. A record without a verdict is unknown: keep it and send the same one again. */
export const intakeReceipt = z.strictObject({
  /** Whose records they are. */
  device: idOf('dev'),
  generation: z.int().min(1),
  atMs: unixMs,
  verdicts: z.array(
    z.strictObject({
      /** SHA-256 of the header's bytes. */
      hash: sha256Hex,
      /** `received`: stored now or before, for ever. `parked`: kept for a human, with the reason; do not send again. */
      verdict: z.enum(['received', 'parked']),
      code: z.string().max(64).nullable(),
    }),
  ),
})
export type IntakeReceipt = z.infer<typeof intakeReceipt>
export type Verdict = IntakeReceipt['verdicts'][number]
