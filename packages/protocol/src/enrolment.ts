import * as z from 'zod'
import { idOf, publicKey, shortText } from './primitives.ts'
import { signed } from './signed.ts'

/** `POST /device/v1/enrolments`: a short single-use code, read off the dashboard, turns a key into a device. */
export const enrolmentRequest = z.strictObject({
  /** Eight letters or digits without look-alikes; spaces, dashes and case do not count. */
  code: z.string().min(8).max(16),
  publicKey,
  reader: z.strictObject({ model: shortText, serialNumber: shortText, offlineCapable: z.boolean() }),
  name: shortText,
})
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>

/** The same key and code again answer the same device: the first answer may have been lost. */
export const enrolmentAnswer = z.strictObject({ device: idOf('dev'), reader: idOf('rdr'), lease: signed })
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswer>
