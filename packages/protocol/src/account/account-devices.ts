import * as z from 'zod'
import { lease, offlineTerms } from '../lease.ts'
import { idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

const accountDevice = z.strictObject({
  device: idOf('dev'),
  name: shortText,
  location: idOf('loc'),
  terminalId: z.string().length(8),
  status: z.enum(['active', 'revoked']),
  /** When its newest lease was made: its last word to the gateway; null before the first. */
  lastContactMs: unixMs.nullable(),
  /** The newest record that it has stated, and the newest that is in. */
  statedSeq: z.int().min(0),
  receivedSeq: z.int().min(0),
  /** Stated and not in. */
  missing: z.int().min(0),
  /** Up to here all is inside a verified backup. */
  backedUpSeq: z.int().min(0),
  /** False: after a restore it has not told everything again. */
  isInStep: z.boolean(),
})
export type AccountDevice = z.infer<typeof accountDevice>

/** `GET /account/v1/devices`: all of them, oldest first. */
export const accountDevices = z.strictObject({ devices: z.array(accountDevice) })

/**
 * `GET /account/v1/devices/{device}/lease`: the newest lease that was signed for it, in the words that the device reads.
 * A device has one: a newer one takes the place of the one before as soon as the device hears of it.
 */
export const accountLease = z.strictObject({
  /** Null before the first. */
  lease: lease.nullable(),
  /** What was decided for this device alone, in place of the account's policy; null: nothing. */
  terms: offlineTerms.partial().nullable(),
})
export type AccountLease = z.infer<typeof accountLease>

/**
 * `PUT /account/v1/devices/{device}/offline_policy`: for this device in place of the account's, or null to take that
 * back. `{"allowed": false}` takes its lease away: the next one, at its next contact, allows nothing offline.
 */
export const deviceTermsChange = z.strictObject({
  terms: offlineTerms.partial().nullable(),
  /** Who decides; kept with the change. */
  by: shortText.min(1),
})
export type DeviceTermsChange = z.infer<typeof deviceTermsChange>

export function deviceCalls(ask: AccountAsk) {
  return {
    list: () => ask({ method: 'GET', path: '/devices', answer: accountDevices }),
    lease: (device: string) => ask({ method: 'GET', path: `/devices/${device}/lease`, answer: accountLease }),
    putOfflinePolicy: (device: string, body: DeviceTermsChange) =>
      ask({ method: 'PUT', path: `/devices/${device}/offline_policy`, body, answer: accountLease }),
  }
}
