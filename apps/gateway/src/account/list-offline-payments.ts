import type { AccountPayment, AccountPaymentsQuery } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface OfflinePayments {
  readonly payments: AccountPayment[]
  readonly next: string | null
}

/** Newest sale first. A cursor that names nothing of this account begins nowhere: the page is empty. */
export async function listOfflinePayments(
  pool: Pool,
  scope: Scope,
  query: AccountPaymentsQuery,
): Promise<OfflinePayments> {
  const { state = null, kind = null, device = null, location = null, before = null, limit } = query
  const { rows } = await pool.query<AccountPayment>({
    text: PAYMENTS,
    values: [scope.account, scope.mode, state, kind, device, location, before, limit + 1],
    types: numericTypes,
  })
  const payments = rows.slice(0, limit)
  return { payments, next: rows.length > limit ? (payments.at(-1)?.payment ?? null) : null }
}

const PAYMENTS = `
  select * from (
    select payment, device, location, amount_minor as "amountMinor", currency, word_kind as kind,
      case status when 'processing' then 'undecided' when 'declined' then 'declined' when 'canceled' then 'voided'
        else 'approved' end as state,
      reference, opened_ms as "openedMs", stored_ms as "storedMs", received_ms as "receivedMs", attention
    from payments
    where account = $1 and mode = $2 and stored_ms is not null
  ) p
  where ($3::text is null or p.state = $3) and ($4::text is null or p.kind = $4)
    and ($5::text is null or p.device = $5) and ($6::text is null or p.location = $6)
    and ($7::text is null or (p."openedMs", p.payment) < (
      select opened_ms, payment from payments where account = $1 and mode = $2 and payment = $7))
  order by p."openedMs" desc, p.payment desc
  limit $8`
