import * as z from 'zod'
import { idOf, unixMs } from './primitives.ts'

export const SERVICE_NOTICES_MAX = 5

const text = z.string().min(1).max(1_000)

/** What the operator of the gateway announces and what is not over, for the people at the till. It decides nothing. */
export const serviceNotice = z.strictObject({
  notice: idOf('ntc'),
  kind: z.enum(['maintenance', 'incident']),
  state: z.enum(['planned', 'running', 'investigating', 'monitoring']),
  startsMs: unixMs,
  /** Where the window of a maintenance ends; null for an incident. */
  endsMs: unixMs.nullable(),
  /** As it was written, in one language or more. */
  texts: z.strictObject({ en: text.optional(), fr: text.optional(), es: text.optional() }),
})
export type ServiceNotice = z.infer<typeof serviceNotice>

/** All that a till should show now, in context `notices`: it takes the place of what was said before. */
export const serviceNotices = z.strictObject({ notices: z.array(serviceNotice).max(SERVICE_NOTICES_MAX) })
export type ServiceNotices = z.infer<typeof serviceNotices>
