import * as z from 'zod'
import { idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/** `GET /account/v1/recovery`: what a restore of the gateway has left open (P7). */
export const recovery = z.strictObject({
  generation: z.int().min(1),
  /** The newest restore; null when there was none. */
  restored: z.strictObject({ atMs: unixMs, backupTakenAtMs: unixMs }).nullable(),
  /** Devices that have not told everything again. */
  devicesAway: z.array(z.strictObject({ device: idOf('dev'), name: shortText })),
  /** Payments that wait for such a device. */
  paymentsInDoubt: z.int().min(0),
  /** Payments that only somebody who looks into the acquirer's books can settle. */
  paymentsForReview: z.int().min(0),
})
export type Recovery = z.infer<typeof recovery>

export function recoveryCalls(ask: AccountAsk) {
  return { get: () => ask({ method: 'GET', path: '/recovery', answer: recovery }) }
}
