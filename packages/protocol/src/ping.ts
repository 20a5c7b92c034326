import * as z from 'zod'
import { base64Url, unixMs } from './primitives.ts'
import { signed } from './signed.ts'

/** `GET /device/v1/ping?nonce=…` (no sign-in): the gateway's time, signed over the caller's nonce. Context `time`. */
export const pingAnswer = z.strictObject({ time: signed })

export const signedTime = z.strictObject({
  nonce: base64Url.min(16).max(64),
  timeMs: unixMs,
  /** What the gateway says of itself: `ready` takes sales online, `acquirer_down` answers `defer`. */
  service: z.enum(['ready', 'acquirer_down']),
})
export type SignedTime = z.infer<typeof signedTime>
