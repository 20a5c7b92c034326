import type { AccountBatch, AccountBatchesQuery, AccountBatchTicket } from '@holdfast/protocol/account'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface AccountBatchPage {
  readonly batches: AccountBatch[]
  readonly next: string | null
}

/** Newest first. A cursor that names nothing of this account begins nowhere: the page is empty. */
export async function listAccountBatches(
  pool: Pool,
  { account, mode }: Scope,
  { state, before, limit }: AccountBatchesQuery,
): Promise<AccountBatchPage> {
  const batches = await readBatches(
    pool,
    `where b.account = $1 and b.mode = $2 and ($3::text is null or b.state = $3)
       and ($4::text is null or (b.opened_ms, b.batch) < (
         select opened_ms, batch from batches where account = $1 and mode = $2 and batch = $4))
     order by b.opened_ms desc, b.batch desc limit $5`,
    [account, mode, state ?? null, before ?? null, limit + 1],
  )
  const page = batches.slice(0, limit)
  return { batches: page, next: batches.length > limit ? (page.at(-1)?.batch ?? null) : null }
}

/** Null when there is no such batch. */
export async function readBatchTicket(
  pool: Pool,
  { account, mode }: Scope,
  batchId: string,
): Promise<AccountBatchTicket | null> {
  const values = [account, mode, batchId]
  const [batch] = await readBatches(pool, 'where b.account = $1 and b.mode = $2 and b.batch = $3', values)
  if (batch === undefined) return null
  const { rows: items } = await pool.query<AccountBatchTicket['items'][number]>({
    text: `
      select payment, case subject_kind when 'refund' then 'refund' else 'sale' end as kind,
        amount_minor as "amountMinor", state
      from presentments where account = $1 and mode = $2 and batch = $3 and state not in ('canceled', 'given_up')
        and subject_kind <> 'tip'
      order by created_ms, presentment`,
    values,
    types: numericTypes,
  })
  return { batch, items }
}

interface Row extends Omit<AccountBatch, 'sales' | 'refunds'> {
  readonly salesCount: number
  readonly salesMinor: number
  readonly refundsCount: number
  readonly refundsMinor: number
}

async function readBatches(pool: Pool, where: string, values: unknown[]): Promise<AccountBatch[]> {
  const { rows } = await pool.query<Row>({ text: `${BATCHES} ${where}`, values, types: numericTypes })
  return rows.map(({ salesCount, salesMinor, refundsCount, refundsMinor, ...row }) => ({
    ...row,
    sales: { count: salesCount, amountMinor: salesMinor },
    refunds: { count: refundsCount, amountMinor: refundsMinor },
  }))
}

/** What was agreed on once it was asked for, else what is in it by now. */
const BATCHES = `
  select b.batch, b.number, b.terminal_id as "terminalId", b.location, b.currency, b.state, b.opened_ms as "openedMs",
    b.cut_off_ms as "cutOffMs", b.closed_ms as "closedMs", b.attention,
    coalesce(b.debits, i.debits) as "salesCount", coalesce(b.debits_minor, i.debits_minor) as "salesMinor",
    coalesce(b.credits, i.credits) as "refundsCount", coalesce(b.credits_minor, i.credits_minor) as "refundsMinor",
    case when b.state = 'open' then (
      select count(*) from payments p where p.account = b.account and p.link = b.link
        and p.terminal_id = b.terminal_id and p.currency = b.currency and p.status = 'requires_capture')
      else b.uncaptured end as uncaptured
  from batches b
  cross join lateral (
    select count(*) filter (where p.subject_kind = 'capture') as debits,
      coalesce(sum(p.amount_minor) filter (where p.subject_kind = 'capture'), 0)::bigint as debits_minor,
      count(*) filter (where p.subject_kind = 'refund') as credits,
      coalesce(sum(p.amount_minor) filter (where p.subject_kind = 'refund'), 0)::bigint as credits_minor
    from presentments p
    where p.account = b.account and p.batch = b.batch and p.state not in ('canceled', 'needs_attention', 'given_up')) i`
