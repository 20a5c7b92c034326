import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, sumMinor, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

const batchStates = ['open', 'closing', 'reconciling', 'needs_attention', 'closed', 'funded'] as const

const side = z.strictObject({ count: z.int().min(0), amountMinor: sumMinor })

/** A batch (télécollecte): what one terminal and its acquirer agree on, per currency. */
const accountBatch = z.strictObject({
  batch: idOf('bat'),
  /** Six digits, counted per terminal and currency. */
  number: z.string().regex(/^[0-9]{6}$/),
  terminalId: z.string().length(8),
  location: idOf('loc'),
  currency,
  state: z.enum(batchStates),
  openedMs: unixMs,
  /** When it closes by itself. */
  cutOffMs: unixMs,
  closedMs: unixMs.nullable(),
  sales: side,
  refunds: side,
  /** Approvals of the terminal that nobody has captured: tips that are missing, most likely (SQ17). */
  uncaptured: z.int().min(0),
  /** Why a person has to look; null when nobody has to. */
  attention: shortText.nullable(),
})
export type AccountBatch = z.infer<typeof accountBatch>

/** `GET /account/v1/batches`: newest first. */
export const accountBatches = z.strictObject({
  batches: z.array(accountBatch),
  /** `before` of the next page; null on the last. */
  next: idOf('bat').nullable(),
})
export const accountBatchesQuery = z.strictObject({
  state: z.enum(batchStates).optional(),
  before: idOf('bat').optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type AccountBatchesQuery = z.infer<typeof accountBatchesQuery>

/** `GET /account/v1/batches/{batch}`: the ticket, with each sale and refund in it. */
export const accountBatchTicket = z.strictObject({
  batch: accountBatch,
  items: z.array(
    z.strictObject({
      /** Null for a refund without its payment. */
      payment: idOf('pi').nullable(),
      kind: z.enum(['sale', 'refund']),
      amountMinor,
      state: z.enum(['due', 'sent', 'unknown', 'refused', 'accepted', 'needs_attention']),
    }),
  ),
})
export type AccountBatchTicket = z.infer<typeof accountBatchTicket>

/** `POST /account/v1/batches/{batch}/close`. A batch that is closing or closed already is what was wanted. */
export const batchClose = z.strictObject({
  /** Else sales that wait for their tip or capture hold it up: `batch_tips_missing`. */
  overMissingTips: z.boolean().default(false),
})

export function batchCalls(ask: AccountAsk) {
  return {
    list: (query: Partial<AccountBatchesQuery> = {}) =>
      ask({ method: 'GET', path: '/batches', query, answer: accountBatches }),
    get: (batch: string) => ask({ method: 'GET', path: `/batches/${batch}`, answer: accountBatchTicket }),
    close: (batch: string, body: z.input<typeof batchClose> = {}) =>
      ask({ method: 'POST', path: `/batches/${batch}/close`, body, answer: accountBatchTicket }),
  }
}
