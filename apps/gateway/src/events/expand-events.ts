import type { Tx } from '../database/transaction.ts'
import { EVENTS_KEPT_FOR_MS } from './event-retention.ts'
import type { OutboxRow } from './outbox-row.ts'

/**
 * What else an event of a payment's story means: intake and authoriser write one row, and the publisher adds what
 * follows from it (the charge's event, the offline facts), to be published in its next round. Ids are derived, so doing
 * it twice writes it once; what was told so long ago that its event is pruned is not told again by a later one.
 */
export async function expandEvents(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  const stories = rows.filter(isOfStory)
  if (stories.length === 0) return
  await tx.query(EXPAND, [
    stories.map((row) => row.account),
    stories.map((row) => row.event),
    EVENTS_KEPT_FOR_MS,
  ])
}

/** `evt_<digits of the payment>_<what>`, as `settle` writes it; what it expands to has another id or word. */
function isOfStory({ object, objectId, event }: OutboxRow): boolean {
  return object === 'payment_intent' && event.startsWith(`evt_${objectId.slice('pi_'.length)}_`)
}

/** Look-ups in the order of each primary key, which the planner takes also while it has no statistics. */
const EXPAND = `
  insert into events (account, event, mode, type, object, object_id, created_ms, request, idempotency_key)
  select e.account, 'evt_' || substr(e.object_id, 4) || more.suffix, e.mode, more.type, more.object,
    case more.object when 'charge' then a.charge else e.object_id end, e.created_ms, e.request, e.idempotency_key
  from unnest($1::text[], $2::text[]) as v(account, event)
  cross join lateral (
    select account, mode, type, object_id, created_ms, request, idempotency_key from events
    where account = v.account and event between v.event and v.event order by event limit 1
  ) e
  cross join lateral (
    select account, payment, stored_ms, received_ms from payments
    where account = e.account and payment between e.object_id and e.object_id order by payment limit 1
  ) p
  left join lateral (
    select number, charge, state, answered_ms from (
      select number, charge, state, wanted, answered_ms from attempts
      where account = p.account and payment = p.payment order by number offset 0
    ) tried
    where state not in ('planned', 'shelved')
    order by (state = 'approved' and wanted) desc, number desc limit 1
  ) a on true
  cross join lateral (values
    ('_created', 'payment_intent.created', 'payment_intent', e.created_ms < p.received_ms + $3),
    ('_stored', 'offline_payment.stored', 'payment_intent',
      p.stored_ms is not null and e.type in ('payment_intent.processing', 'offline_payment.received')),
    ('_received', 'offline_payment.received', 'payment_intent',
      p.stored_ms is not null and e.type = 'payment_intent.processing'),
    ('_charge_succeeded', 'charge.succeeded', 'charge',
      a.state = 'approved' and e.created_ms < a.answered_ms + $3
      and e.type in ('payment_intent.amount_capturable_updated', 'payment_intent.succeeded')),
    ('_authorised', 'offline_payment.authorised', 'payment_intent',
      p.stored_ms is not null and a.state = 'approved' and e.created_ms < a.answered_ms + $3
      and e.type in ('payment_intent.amount_capturable_updated', 'payment_intent.succeeded')),
    ('_charge_failed_' || a.number, 'charge.failed', 'charge',
      a.charge is not null and e.type = 'payment_intent.payment_failed'),
    ('_offline_declined', 'offline_payment.declined', 'payment_intent',
      p.stored_ms is not null and a.state is distinct from 'expired' and e.type = 'payment_intent.payment_failed'),
    ('_expired', 'offline_payment.expired', 'payment_intent',
      p.stored_ms is not null and a.state = 'expired' and e.type = 'payment_intent.payment_failed')
  ) as more(suffix, type, object, applies)
  where more.applies
  on conflict do nothing`
