import { type Lease, lease, type Signed, signed } from '@holdfast/protocol'
import { parseJson } from '@holdfast/envelope'
import * as z from 'zod'

/** Who this device is; written once, with the first record. */
const enrolment = z.object({
  account: z.string(),
  mode: z.enum(['test', 'live']),
  device: z.string(),
  key: z.string(),
  reader: z.object({ id: z.string(), model: z.string(), serialNumber: z.string() }),
})
export type Enrolment = z.infer<typeof enrolment>

/** How far the gateway's feed has been applied; null before its first answer. */
const feedCursor = z.object({ generation: z.int(), after: z.int() }).nullable()
export type FeedCursor = z.infer<typeof feedCursor>

export const keptNames = { enrolment: 'enrolment', lease: 'lease', feed: 'feed' } as const

/** Null when the text is not what was once written: a damaged store. */
export function parseEnrolment(text: string | null): Enrolment | null {
  return parse(enrolment, text)
}

export function parseFeedCursor(text: string | null): FeedCursor {
  return parse(feedCursor, text)
}

/** The lease out of the signed statement that was kept; its signature was checked when it was accepted. */
export function parseKeptLease(text: string | null): Lease | null {
  const kept = parse(signed, text)
  return kept === null ? null : parse(lease, kept.payload)
}

export function keepLease(statement: Signed): Record<string, string> {
  return { [keptNames.lease]: JSON.stringify(statement) }
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string | null): z.infer<Schema> | null {
  if (text === null) return null
  const parsed = schema.safeParse(parseJson(text))
  return parsed.success ? parsed.data : null
}
