import type { Scope } from '../database/scope.ts'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { JOINED_COLUMNS, joinedPayments, type JoinedRow } from '../store/joined-payments.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A payment as merchants read it: what the store keeps, and what the records and events around it say. */
export interface PaymentView {
  readonly row: PaymentRow
  /** From the accepting record; null until that is in. */
  readonly accepted: AcceptedFacts | null
  readonly canceledMs: number | null
  /** Given before the card was read: a part of the amount. */
  readonly saleTipMinor: number
  /** What was taken of its approval, the tip within; null while nothing is. */
  readonly taken: TakenAmount | null
}

interface TakenAmount {
  readonly amountMinor: number
  readonly tipMinor: number
}

/** What the device wrote down when it accepted the payment. */
interface AcceptedFacts {
  /** Number in the device's journal. */
  readonly seq: number
  /** The lease that it went by; null without one. */
  readonly lease: string | null
  readonly approver: string | null
  /** Why it was not asked online; null when it was. */
  readonly why: string | null
  /** Until when the issuer may be asked. */
  readonly deadlineMs: number | null
}

export interface ChargeKey {
  readonly charge: string
  readonly payment: string
  readonly number: number
}

export interface ChargeFilters {
  readonly payment: string | null
  readonly customer: string | null
  readonly transferGroup: string | null
}

/** Tries that the issuer has been or will be asked for, by the moment at which they were made. */
export function chargesSource(
  { account, mode }: Scope,
  { payment, customer, transferGroup }: ChargeFilters,
): PageSource {
  return {
    items: `select a.charge as id, a.created_ms as at_ms
      from attempts a join payments p using (account, payment)
      where account = $1 and p.mode = $2 and ($3::text is null or payment = $3) and ${IS_CHARGE}
      and (($4::text is null and $5::text is null) or exists (
        select from payment_notes n
        where n.account = $1 and n.object in (a.payment, a.charge)
          and ($4::text is null or n.customer = $4) and ($5::text is null or n.transfer_group = $5)))`,
    values: [account, mode, payment, customer, transferGroup],
  }
}

/** In no particular order; ids that are not of this scope are left out. */
export async function findCharges(
  db: Tx,
  { account, mode }: Scope,
  chargeIds: readonly string[],
): Promise<ChargeKey[]> {
  if (chargeIds.length === 0) return []
  const { rows } = await db.query<ChargeKey>(CHARGES, [account, mode, chargeIds])
  return rows
}

/** In no particular order; ids that are not of this scope are left out. */
export async function findPayments(
  db: Tx,
  { account, mode }: Scope,
  paymentIds: readonly string[],
): Promise<PaymentView[]> {
  if (paymentIds.length === 0) return []
  const { rows } = await db.query<ViewRow>({
    text: PAYMENT_VIEWS,
    values: [account, mode, paymentIds],
    types: numericTypes,
  })
  const extras = new Map(rows.map((row) => [row['p_payment'], row]))
  return joinedPayments(rows).map((row) => {
    const extra = extras.get(row.story.paymentId)
    const { canceled_ms: canceledMs = null, sale_tip_minor: saleTipMinor } = extra ?? {}
    const taken = takenOf(extra)
    return { row, accepted: acceptedOf(extra), canceledMs, saleTipMinor: saleTipMinor ?? 0, taken }
  })
}

/** A try that was shelved, or that another one took the place of before it was sent, is nobody's charge. */
export const IS_CHARGE = `a.state <> 'shelved' and (a.state <> 'planned' or a.wanted)`

/** Of a record `r`: it counts, since it came in or since a person has released it. */
export const IS_TAKEN = `(r.parked_code is null or r.decision = 'released')`

/** Look-ups in the order of an index, which the planner takes also while it has no statistics. */
const CHARGES = `
  select a.charge, a.payment, a.number
  from unnest($3::text[]) as asked(charge)
  cross join lateral (
    select charge, payment, number, state, wanted from attempts
    where account = $1 and charge between asked.charge and asked.charge order by charge limit 1) as a
  cross join lateral (
    select mode from payments
    where account = $1 and payment between a.payment and a.payment order by payment limit 1) as p
  where p.mode = $2 and ${IS_CHARGE}`

interface ViewRow extends JoinedRow {
  readonly accepted_seq: number | null
  readonly accepted_lease: string | null
  readonly accepted_approver: string | null
  readonly accepted_why: string | null
  readonly accepted_until_ms: number | null
  readonly canceled_ms: number | null
  readonly sale_tip_minor: number | null
  readonly taken_minor: number | null
  readonly taken_tip_minor: number | null
}

function acceptedOf(row: ViewRow | undefined): AcceptedFacts | null {
  if (row === undefined || row.accepted_seq === null) return null
  return {
    seq: row.accepted_seq,
    lease: row.accepted_lease,
    approver: row.accepted_approver,
    why: row.accepted_why,
    deadlineMs: row.accepted_until_ms,
  }
}

function takenOf(row: ViewRow | undefined): TakenAmount | null {
  if (row === undefined || row.taken_minor === null) return null
  return { amountMinor: row.taken_minor, tipMinor: row.taken_tip_minor ?? 0 }
}

/** When a payment `p` was called off: what its event says, or what was kept of that when it was pruned. */
export const CANCELED_MS = `coalesce(
    (select e.created_ms from events e
      where e.account = p.account and e.event = 'evt_' || substr(p.payment, 4) || '_canceled'),
    (select c.canceled_ms from canceled_payments c where c.account = p.account and c.payment = p.payment))`

/** Of a payment `p`: the tip that was given before the card was read, within the amount; null without one. */
export const SALE_TIP_MINOR = `(select (r.header::json ->> 'tipMinor')::bigint from records r
  where r.account = p.account and r.payment = p.payment
    and r.kind in ('sale.opened', 'attempt.started', 'payment.accepted') and ${IS_TAKEN}
  order by r.received_ms limit 1)`

const PAYMENT_VIEWS = `
  select ${JOINED_COLUMNS}, r.seq as accepted_seq, r.said ->> 'lease' as accepted_lease,
    r.said ->> 'approver' as accepted_approver, r.said #>> '{decision,why}' as accepted_why,
    (r.said #>> '{decision,uploadUntilMs}')::bigint as accepted_until_ms,
    case p.status when 'canceled' then ${CANCELED_MS} end as canceled_ms,
    ${SALE_TIP_MINOR} as sale_tip_minor,
    c.amount_minor as taken_minor, c.tip_minor as taken_tip_minor
  from payments p
  left join attempts a on a.account = p.account and a.payment = p.payment
  left join captures c on c.account = p.account and c.payment = p.payment and c.state <> 'canceled'
  left join lateral (
    select r.seq, r.header::json as said from records r
    where r.account = p.account and r.payment = p.payment and r.kind = 'payment.accepted'
      and ${IS_TAKEN}
    order by r.received_ms limit 1
  ) r on true
  where p.account = $1 and p.mode = $2 and p.payment = any ($3)
  order by p.payment, a.number`
