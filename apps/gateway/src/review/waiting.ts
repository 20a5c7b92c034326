import type { Pool } from 'pg'

export interface WaitingPayment {
  readonly account: string
  readonly payment: string
  readonly mode: string
  readonly amountMinor: string
  readonly currency: string
  /** `payments/attention.ts` says what each means. */
  readonly attention: string
  readonly openedMs: number
  readonly device: string
}

/** Payments that nobody but a person decides any more, the oldest sale first. `account` null: of all. */
export async function waitingPayments(pool: Pool, account: string | null): Promise<WaitingPayment[]> {
  const { rows } = await pool.query<WaitingPayment>(
    `select account, payment, mode, amount_minor::text as "amountMinor", currency, attention,
       opened_ms::float8 as "openedMs", device
     from payments where attention is not null and ($1::text is null or account = $1)
     order by opened_ms, payment`,
    [account],
  )
  return rows
}

/** Records of one device and one payment (null: of none) that were set aside for one reason and wait. */
export interface WaitingRecords {
  readonly account: string
  readonly device: string
  readonly payment: string | null
  readonly code: string
  readonly count: number
  /** What they say was sold and by which card; null where none of them is an acceptance that could be read. */
  readonly amountMinor: string | null
  readonly currency: string | null
  readonly card: string | null
  readonly receivedMs: number
}

/** The longest waiting first. `account` null: of all. */
export async function waitingRecords(pool: Pool, account: string | null): Promise<WaitingRecords[]> {
  const { rows } = await pool.query<WaitingRecords>(
    `select r.account, r.device, r.payment, r.parked_code as code, count(*)::integer as count,
       min(s.header ->> 'amountMinor') as "amountMinor", min(s.header ->> 'currency') as currency,
       min(concat_ws(' ', s.header -> 'card' ->> 'brand', s.header -> 'card' ->> 'last4')) as card,
       min(r.received_ms)::float8 as "receivedMs"
     from records r
     left join lateral (select r.header::json as header where r.kind = 'payment.accepted') s on true
     where r.parked_code is not null and r.decision is null and ($1::text is null or r.account = $1)
     group by r.account, r.device, r.payment, r.parked_code
     order by min(r.received_ms), r.device, r.payment`,
    [account],
  )
  return rows
}

export interface DecidedReview {
  readonly review: string
  readonly decision: string
  readonly waitedFor: string
  readonly device: string
  readonly payment: string | null
  readonly decidedBy: string
  readonly note: string
  readonly decidedMs: number
}

/** Who decided what, the newest first. `account` null: of all. */
export async function decidedReviews(
  pool: Pool,
  query: { readonly account: string | null; readonly limit: number },
): Promise<DecidedReview[]> {
  const { rows } = await pool.query<DecidedReview>(
    `select review, decision, waited_for as "waitedFor", device, payment, decided_by as "decidedBy", note,
       decided_ms::float8 as "decidedMs"
     from reviews where $1::text is null or account = $1
     order by decided_ms desc, review desc limit $2`,
    [query.account, query.limit],
  )
  return rows
}
