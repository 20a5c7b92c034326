import type { PageSource } from '../database/read-page.ts'
import type { SearchFields } from '../database/search.ts'
import type { Scope } from '../database/scope.ts'
import { IS_CHARGE } from './payment-queries.ts'
import { metadataUnder, sharedSearchFields } from './shared-search-fields.ts'

/** Every charge of a scope with what can be searched, ending in its `where`. */
export function searchableCharges({ account, mode }: Scope): PageSource {
  return {
    items: `select s.charge as id, s.at_ms from (
        select a.charge, a.payment, a.created_ms as at_ms, a.state, a.retry_at_ms, a.last4, a.brand, a.exp_month,
          a.exp_year, a.fingerprint, p.currency, p.word_kind, p.stored_ms, p.device, p.location, p.reader,
          coalesce(a.approved_minor, p.amount_minor) as amount_minor,
          coalesce(own.customer, n.customer) as customer,
          ${metadataUnder('own.metadata, n.metadata')} as metadata
        from attempts a join payments p using (account, payment)
        left join payment_notes own on own.account = p.account and own.object = a.charge
        left join payment_notes n on n.account = p.account and n.object = p.payment
        where a.account = $1 and p.mode = $2 and ${IS_CHARGE}
      ) s where true`,
    values: [account, mode],
  }
}

export const chargeSearchFields: SearchFields = {
  ...sharedSearchFields,
  payment_intent: { kind: 'token', sql: 's.payment' },
  status: {
    kind: 'token',
    sql: `case when s.state = 'approved' then 'succeeded'
      when s.state = 'reversed' or (s.state = 'declined' and s.retry_at_ms is null) then 'failed' else 'pending' end`,
  },
}
