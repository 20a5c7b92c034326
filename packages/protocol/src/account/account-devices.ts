import * as z from 'zod'
import { idOf, shortText, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-client.ts'

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

export function deviceCalls(ask: AccountAsk) {
  return { list: () => ask({ method: 'GET', path: '/devices', answer: accountDevices }) }
}
