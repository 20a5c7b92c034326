import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { SALE_TIP_MINOR } from '../payments/payment-queries.ts'
import type { DayFact } from './day-fact.ts'
import type { DayPlace } from './day-row.ts'

/** Half-open range of the moment of sale. */
export interface DayPeriod {
  readonly fromMs: number
  readonly untilMs: number
  /** Where the first close of the location began; what was sold before is in no close. */
  readonly booksFromMs: number
}

/**
 * What was sold and given back in this period, as it is known now; and of earlier days what no close has named, or
 * named otherwise. By the moment of sale, so that each sale is of one day, whenever it arrives.
 */
export async function readDayFacts(db: Tx, place: DayPlace, period: DayPeriod): Promise<DayFact[]> {
  const { account, mode, location } = place
  const { fromMs, untilMs, booksFromMs } = period
  const own = [account, mode, location, fromMs]
  const earlier = [...own, booksFromMs, fromMs - LOOK_BACK_MS]
  const facts: DayFact[] = []
  for (const [text, values] of [
    [SALES, [...own, untilMs]],
    [REFUNDS, [...own, untilMs]],
    [EARLIER_SALES, [...earlier, fromMs - OVERLAP_MS]],
    [EARLIER_REFUNDS, earlier],
  ] as const) {
    const { rows } = await db.query<DayFact>({ text, values: [...values], types: numericTypes })
    facts.push(...rows)
  }
  return facts
}

const DAY_MS = 86_400_000
/** Longer than captures and tips may take after their sale. What waits, or arrives, is found however old it is. */
const LOOK_BACK_MS = 35 * DAY_MS
/** Events go by the clock on the wall, which may be set back by less than that. */
const OVERLAP_MS = DAY_MS

/** Of a payment `p` whose capture `c` does not stand: the acquirer will never take it, so the sale brings no money. */
const IS_GIVEN_UP = `c.capture is null and exists (
    select from presentments g where g.account = p.account and g.payment = p.payment and g.subject_kind = 'capture'
      and g.state = 'given_up')`

/** Of payment `p`, its capture `c` and the try `a` that its device's last word names. */
const SALE = `
  p.payment as subject, p.device, p.currency,
  case p.status when 'succeeded' then case when ${IS_GIVEN_UP} then 'canceled' else 'paid' end when 'requires_capture' then 'held' when 'processing' then 'pending'
    when 'declined' then 'declined' else 'canceled' end as state,
  case p.status
    when 'succeeded' then case when ${IS_GIVEN_UP} then 0 else coalesce(c.amount_minor, p.captured_minor,
      coalesce(a.approved_minor, p.amount_minor) + coalesce(p.incremented_minor, 0) + coalesce(p.tip_minor, 0)) end
    when 'requires_capture' then coalesce(a.approved_minor, p.amount_minor) + coalesce(p.incremented_minor, 0)
    when 'canceled' then 0
    else p.amount_minor end as "amountMinor"`

const SALE_JOINS = `
  left join captures c on c.account = p.account and c.payment = p.payment and c.state <> 'canceled'
  left join attempts a on a.account = p.account and a.payment = p.payment and a.attempt = p.word_attempt`

const SALES = `
  select 'sale' as kind, s.*, least(s."amountMinor", s.tip) as "tipMinor", true as "isOfPeriod", null as was
  from (
    select ${SALE},
      coalesce(c.tip_minor, p.tip_minor, 0) + coalesce(${SALE_TIP_MINOR}, 0) as tip
    from payments p ${SALE_JOINS}
    where p.account = $1 and p.mode = $2 and p.location = $3 and p.opened_ms >= $4 and p.opened_ms < $5
      and p.word = 'accepted'
  ) s
  where s.state <> 'canceled' order by s.subject`

/** Of subject `s.subject`: the last word that a close has said of it. */
const LATEST = `
  left join day_close_items i on i.account = $1 and i.subject = s.subject and i.is_latest
  where case when i.subject is null then s.state <> 'canceled'
    else (i.state, i.amount_minor) is distinct from (s.state, s."amountMinor") end
  order by s.subject`

const WAS = `
  0 as "tipMinor", false as "isOfPeriod", case when i.subject is not null then
    json_build_object('number', i.number, 'state', i.state, 'amountMinor', i.amount_minor) end as was`

const OPEN_ITEMS = `
  select subject from day_close_items
  where account = $1 and mode = $2 and location = $3 and is_latest and state in ('pending', 'held')`

const EARLIER_SALES = `
  select 'sale' as kind, s.*, ${WAS}
  from (
    select ${SALE}
    from (
      select payment from payments
        where account = $1 and mode = $2 and location = $3 and opened_ms >= $6 and opened_ms < $4
      union select * from (${OPEN_ITEMS} and kind = 'sale') as waiting
      union select object_id from events
        where account = $1 and mode = $2 and created_ms >= $7 and object = 'payment_intent'
    ) as candidate
    join payments p on p.account = $1 and p.payment = candidate.payment ${SALE_JOINS}
    where p.mode = $2 and p.location = $3 and p.opened_ms < $4 and p.opened_ms >= $5 and p.word <> 'open'
  ) s ${LATEST}`

const REFUND = `
  r.refund as subject, p.device, r.currency,
  case r.status when 'succeeded' then 'paid' when 'failed' then 'canceled' when 'canceled' then 'canceled'
    else 'pending' end as state,
  case when r.status in ('failed', 'canceled') then 0 else r.amount_minor end as "amountMinor"
  from refunds r join payments p on p.account = r.account and p.payment = r.card_payment`

const REFUNDS = `
  select 'refund' as kind, s.*, 0 as "tipMinor", true as "isOfPeriod", null as was
  from (
    select ${REFUND}
    where r.account = $1 and r.mode = $2 and p.location = $3 and r.created_ms >= $4 and r.created_ms < $5
  ) s
  where s.state <> 'canceled' order by s.subject`

const EARLIER_REFUNDS = `
  select 'refund' as kind, s.*, ${WAS}
  from (
    select ${REFUND}
    where r.account = $1 and r.mode = $2 and p.location = $3 and r.created_ms < $4 and r.created_ms >= $5
      and (r.created_ms >= $6 or r.refund in (${OPEN_ITEMS} and kind = 'refund'))
  ) s ${LATEST}`
