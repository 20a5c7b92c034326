import type { PageSource } from '../database/read-page.ts'
import type { SearchFields } from '../database/search.ts'
import type { Scope } from '../database/scope.ts'
import { metadataUnder, sharedSearchFields } from '../payments/shared-search-fields.ts'

export interface PaymentIntentFilters {
  readonly customer?: string | undefined
  readonly location?: string | undefined
  readonly reader?: string | undefined
  readonly device?: string | undefined
  /** As core's `statusOf` names them. */
  readonly statuses?: readonly string[] | undefined
  /** True: only what was stored offline; false: only what was not. */
  readonly isStored?: boolean | undefined
  readonly offlineKind?: string | undefined
  /** Half-open range of the moment of storing. */
  readonly storedFromMs?: number | null
  readonly storedBeforeMs?: number | null
}

/** Payments of devices, and those that back ends ask for and no device has taken; by the moment of sale or asking. */
export function paymentIntentsSource({ account, mode }: Scope, filters: PaymentIntentFilters): PageSource {
  const values: unknown[] = [account, mode]
  const bind = (value: unknown) => `$${values.push(value)}`
  const taken: string[] = []
  const both: string[] = []
  const { customer, statuses, isStored, offlineKind } = filters
  if (customer !== undefined) {
    both.push(
      `exists (select from payment_notes n where n.account = $1 and n.object = t.payment and n.customer = ${bind(customer)})`,
    )
  }
  if (statuses !== undefined) both.push(`t.status = any (${bind(statuses)}::text[])`)
  for (const [column, value] of Object.entries({
    location: filters.location,
    reader: filters.reader,
    device: filters.device,
  })) {
    if (value !== undefined) taken.push(`t.${column} = ${bind(value)}`)
  }
  if (isStored !== undefined) taken.push(`t.stored_ms is ${isStored ? 'not ' : ''}null`)
  if (offlineKind !== undefined) taken.push(`t.word_kind = ${bind(offlineKind)}`)
  if (typeof filters.storedFromMs === 'number') taken.push(`t.stored_ms >= ${bind(filters.storedFromMs)}`)
  if (typeof filters.storedBeforeMs === 'number') taken.push(`t.stored_ms < ${bind(filters.storedBeforeMs)}`)
  const where = (conditions: readonly string[]) => conditions.map((condition) => ` and ${condition}`).join('')
  const ofDevices = `select t.payment as id, t.opened_ms as at_ms from payments t
    where t.account = $1 and t.mode = $2${where([...both, ...taken])}`
  // A request that nobody has taken was at no place and was not stored.
  if (taken.length > 0) return { items: ofDevices, values }
  const requested = `select t.payment as id, t.created_ms as at_ms from (${UNTAKEN}) t
    where true${where(both)}`
  return { items: ofDevices, also: [requested], values }
}

/** Everything of a scope with what can be searched, each query ending in its `where`. */
export function searchablePaymentIntents({ account, mode }: Scope): PageSource {
  return {
    items: `select s.payment as id, s.at_ms from (
        select p.payment, p.opened_ms as at_ms, p.amount_minor + coalesce(p.incremented_minor, 0) as amount_minor, p.currency, p.status, p.location, p.reader, p.device,
          p.word_kind, p.stored_ms, ${metadataUnder('n.metadata')} as metadata, n.customer, n.description,
          a.last4, a.brand, a.exp_month, a.exp_year, a.fingerprint
        from payments p
        left join payment_notes n on n.account = p.account and n.object = p.payment
        left join lateral (
          select a.last4, a.brand, a.exp_month, a.exp_year, a.fingerprint from attempts a
          where a.account = p.account and a.payment = p.payment order by a.number desc limit 1
        ) a on true
        where p.account = $1 and p.mode = $2
      ) s where true`,
    also: [
      `select s.payment as id, s.at_ms from (
        select t.payment, t.created_ms as at_ms, t.amount_minor, t.currency, t.status, ${NOTHING_OF_A_DEVICE},
          coalesce(n.metadata, '{}') as metadata, n.customer, n.description
        from (${UNTAKEN}) t left join payment_notes n on n.account = $1 and n.object = t.payment
      ) s where true`,
    ],
    values: [account, mode],
  }
}

/** What a request that no device has taken cannot be found by. */
const NOTHING_OF_A_DEVICE = `null::text as location, null::text as reader, null::text as device, null::text as word_kind,
  null::bigint as stored_ms, null::text as last4, null::text as brand, null::smallint as exp_month,
  null::smallint as exp_year, null::text as fingerprint`

export const paymentIntentSearchFields: SearchFields = {
  ...sharedSearchFields,
  // A stored payment that was declined is closed for its card; outside it waits for another.
  status: {
    kind: 'token',
    sql: `case s.status when 'declined' then 'requires_payment_method' else s.status end`,
  },
  description: { kind: 'text', sql: 's.description' },
}

const UNTAKEN = `select i.payment, i.created_ms, i.amount_minor, i.currency,
    case when i.canceled_ms is null then 'requires_payment_method' else 'canceled' end as status
  from payment_intents i where i.account = $1 and i.mode = $2
    and not exists (select from payments p where p.account = i.account and p.payment = i.payment)`
