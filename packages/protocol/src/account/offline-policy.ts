import * as z from 'zod'
import { liability, offlineTerms } from '../lease.ts'
import { shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

/** `GET /account/v1/offline_policy`: what the account's devices may do without the gateway (SQ4). */
export const offlinePolicy = z.strictObject({
  /** What applies where a device has no terms of its own. `cvms` of a location's region are added in its leases. */
  terms: offlineTerms,
  /** What the account has said otherwise than the default; null: nothing. */
  changes: offlineTerms.partial().nullable(),
  /** Null: nobody has taken the risk on, so no lease allows anything offline (SQ7). */
  liability: liability.nullable(),
  /** The version of the text that has to be accepted now. */
  liabilityTextVersion: shortText,
  /** The newest change; null when there was none. */
  changed: z.strictObject({ by: shortText, atMs: unixMs }).nullable(),
})
export type OfflinePolicy = z.infer<typeof offlinePolicy>

/**
 * `PUT /account/v1/offline_policy`. Refused with `offline_liability_not_accepted` where it would allow offline payments and
 * nobody has taken the risk on, before or with it. Devices hear of it with their next lease, most of them within seconds.
 */
export const offlinePolicyChange = z.strictObject({
  /** Whole fields, each in place of the default's; what is left out is the default's. */
  terms: offlineTerms.partial(),
  /** Who decides; kept with the change. */
  by: shortText.min(1),
  acceptLiability: z.strictObject({ textVersion: shortText }).optional(),
})
export type OfflinePolicyChange = z.infer<typeof offlinePolicyChange>

export function offlinePolicyCalls(ask: AccountAsk) {
  return {
    get: () => ask({ method: 'GET', path: '/offline_policy', answer: offlinePolicy }),
    put: (change: OfflinePolicyChange) =>
      ask({ method: 'PUT', path: '/offline_policy', body: change, answer: offlinePolicy }),
  }
}
