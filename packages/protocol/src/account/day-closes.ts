import * as z from 'zod'
import { amountMinor, currency, idOf, shortText, sumMinor, unixMs } from '../primitives.ts'
import type { AccountAsk } from './account-ask.ts'

const side = z.strictObject({ count: z.int().min(0), amountMinor: sumMinor })

/** Money of one currency. What no bank has decided stands apart and is in no other figure. */
const dayTotals = z.strictObject({
  currency,
  /** Paid, tips within. */
  sales: side,
  tipsMinor: sumMinor,
  refunds: side,
  /** Sales less refunds. */
  netMinor: z.int(),
  /** Approved, and waits for its capture or tip. */
  held: side,
  /** Accepted offline, and no bank has decided: at the merchant's risk. */
  pending: side,
  refundsPending: side,
  /** Accepted offline, and declined by now. */
  declined: side,
})
export type DayTotals = z.infer<typeof dayTotals>

const dayState = z.enum(['paid', 'held', 'pending', 'declined', 'canceled'])
const dayWord = z.strictObject({ state: dayState, amountMinor: sumMinor })

/** Something of earlier days that this close knows otherwise, or first. */
const dayAdjustment = z.strictObject({
  kind: z.enum(['sale', 'refund']),
  /** A payment (`pi_…`) or a refund (`re_…`). */
  id: shortText,
  device: idOf('dev'),
  currency,
  /** What an earlier close has said, and which; null for what arrived after the close of its day. */
  was: dayWord.extend({ number: z.int().min(1) }).nullable(),
  now: dayWord,
})
export type DayAdjustment = z.infer<typeof dayAdjustment>

const dayReport = z.strictObject({
  location: idOf('loc'),
  locationName: shortText,
  /** IANA name. */
  timeZone: z.string(),
  /** Of the close; of an X report the one that a close would get now. */
  number: z.int().min(1),
  /** By the moment of sale: from this moment, and before that one. */
  fromMs: unixMs,
  untilMs: unixMs,
  /** Null: an X report, nothing was closed. */
  closed: z.strictObject({ atMs: unixMs, by: shortText }).nullable(),
  totals: z.array(dayTotals),
  devices: z.array(z.strictObject({ device: idOf('dev'), name: shortText, totals: z.array(dayTotals) })),
  /** One by one: what the totals have as pending. */
  pending: z.array(z.strictObject({ payment: idOf('pi'), device: idOf('dev'), currency, amountMinor })),
  adjustments: z.array(dayAdjustment),
  /** What the adjustments change in the net sums of earlier closes. */
  adjusted: z.array(z.strictObject({ currency, netMinor: z.int() })),
})
export type DayReport = z.infer<typeof dayReport>

/** `GET /account/v1/locations/{location}/day_report`: an X report, the day until now. */
export const dayReportAnswer = z.strictObject({
  report: dayReport,
  /** Tills with sales that have not arrived, or that may have some: these will be adjustments of a later close. */
  behind: z.array(
    z.strictObject({
      device: idOf('dev'),
      name: shortText,
      /** Records that it has stated and not delivered. */
      missing: z.int().min(0),
      /** Not in contact since then; null while it is. */
      silentSinceMs: unixMs.nullable(),
    }),
  ),
})
export type DayReportAnswer = z.infer<typeof dayReportAnswer>

/** `GET /account/v1/locations/{location}/day_closes`: newest first. */
export const dayCloses = z.strictObject({
  closes: z.array(
    z.strictObject({
      number: z.int().min(1),
      fromMs: unixMs,
      untilMs: unixMs,
      closedMs: unixMs,
      by: shortText,
    }),
  ),
  /** `before` of the next page; null on the last. */
  next: z.int().min(1).nullable(),
})
export type DayCloses = z.infer<typeof dayCloses>

export const dayClosesQuery = z.strictObject({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type DayClosesQuery = z.infer<typeof dayClosesQuery>

/**
 * `POST /account/v1/locations/{location}/day_closes`: a Z report. Asking again for a number that is closed is answered with that close,
 * so that an answer that was lost closes no second day.
 */
export const dayClose = z.strictObject({
  /** The one that the X report named. */
  number: z.int().min(1),
  /** Where the day ends; now, when left out. */
  untilMs: unixMs.optional(),
  /** Who closes; kept with it. */
  by: shortText.min(1),
})
export type DayClose = z.infer<typeof dayClose>

export const dayCloseAnswer = z.strictObject({ report: dayReport })

export function dayCalls(ask: AccountAsk) {
  const at = (location: string) => `/locations/${location}`
  return {
    report: (location: string) =>
      ask({ method: 'GET', path: `${at(location)}/day_report`, answer: dayReportAnswer }),
    closes: (location: string, query: Partial<DayClosesQuery> = {}) =>
      ask({ method: 'GET', path: `${at(location)}/day_closes`, query, answer: dayCloses }),
    close: (location: string, body: DayClose) =>
      ask({ method: 'POST', path: `${at(location)}/day_closes`, body, answer: dayCloseAnswer }),
    closed: (location: string, number: number) =>
      ask({ method: 'GET', path: `${at(location)}/day_closes/${number}`, answer: dayCloseAnswer }),
  }
}
