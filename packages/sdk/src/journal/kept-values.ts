import { currencies, type LocalOfflineLimits, NO_LOCAL_LIMITS } from '@holdfast/core'
import { type Lease, lease, type Signed, signed } from '@holdfast/protocol'
import { parseJson } from '@holdfast/envelope'
import * as z from 'zod'
import { type KeptOrder, parseKeptOrders } from './kept-orders.ts'

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

/** What was lowered on this device, by whom and when. */
const localLimits = z.object({
  allowed: z.boolean(),
  perPaymentMinor: z.partialRecord(z.enum(currencies), z.int().min(0)),
  setBy: z.string().nullable(),
  setMs: z.int(),
})
export type KeptLocalLimits = z.infer<typeof localLimits>

export const keptNames = {
  enrolment: 'enrolment',
  lease: 'lease',
  feed: 'feed',
  local: 'local-limits',
  frozen: 'frozen',
  pruned: 'pruned',
  durable: 'durable',
  orders: 'orders',
} as const

/** The value that names the payment which an idempotency key has opened. */
export function saleKeyName(idempotencyKey: string): string {
  return `sale-key:${idempotencyKey}`
}

/** Why this device takes nothing more, whatever its lease says; null while it may. */
const frozen = z.object({ code: z.enum(['journal_forked', 'device_deauthorised']), atMs: z.number() })
export type Frozen = z.infer<typeof frozen>

/** What cannot be read was written for a reason. */
export function parseFrozen(text: string | null): Frozen | null {
  return text === null ? null : (parse(frozen, text) ?? { code: 'journal_forked', atMs: 0 })
}

export function keepFrozen(state: Frozen | null): Record<string, string | null> {
  return { [keptNames.frozen]: state === null ? null : JSON.stringify(state) }
}

/** Up to this number everything was looked at for pruning; what is missing up to here is with the gateway for good. */
export function parsePrunedSeq(text: string | null): number {
  const seq = Number(text ?? 0)
  return Number.isSafeInteger(seq) ? seq : 0
}

/** Null when the text is not what was once written: a damaged store. */
export function parseEnrolment(text: string | null): Enrolment | null {
  return parse(enrolment, text)
}

export function parseFeedCursor(text: string | null): FeedCursor {
  return parse(feedCursor, text)
}

/** What cannot be read has lowered everything: a damaged store must not raise a limit. */
export function parseLocalLimits(text: string | null): LocalOfflineLimits {
  return text === null
    ? NO_LOCAL_LIMITS
    : (parse(localLimits, text) ?? { allowed: false, perPaymentMinor: {} })
}

/** The lease out of the signed statement that was kept; its signature was checked when it was accepted. */
export function parseKeptLease(text: string | null): Lease | null {
  const kept = parse(signed, text)
  return kept === null ? null : parse(lease, kept.payload)
}

export function keepLease(statement: Signed): Record<string, string> {
  return { [keptNames.lease]: JSON.stringify(statement) }
}

/** In the order in which the gateway told of them. */
export function parseOrders(text: string | null): readonly KeptOrder[] {
  return text === null ? [] : parseKeptOrders(parseJson(text))
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string | null): z.infer<Schema> | null {
  if (text === null) return null
  const parsed = schema.safeParse(parseJson(text))
  return parsed.success ? parsed.data : null
}
