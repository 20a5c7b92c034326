import type { Review } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

const LISTED_MAX = 200

export async function listReview(pool: Pool, { account, mode }: Scope): Promise<Review> {
  const values = [account, mode]
  const payments = await pool.query<Review['payments'][number]>({
    text: PAYMENTS,
    values,
    types: numericTypes,
  })
  const parked = await pool.query<Review['parked'][number]>({ text: PARKED, values, types: numericTypes })
  return { payments: payments.rows, parked: parked.rows }
}

const PAYMENTS = `
  select payment, device, amount_minor as "amountMinor", currency, opened_ms as "openedMs", attention as why
  from payments where account = $1 and mode = $2 and attention is not null
  order by opened_ms, payment limit ${LISTED_MAX}`

const PARKED = `
  select r.device, r.payment, r.parked_code as code, count(*) as count, min(r.received_ms) as "receivedMs"
  from records r join devices d using (account, device)
  where r.account = $1 and d.mode = $2 and r.parked_code is not null and r.decision is null
  group by r.device, r.payment, r.parked_code
  order by min(r.received_ms), r.device, r.payment limit ${LISTED_MAX}`
