import type { BatchSums } from '../acquirer/presentment-port.ts'
import type { Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/**
 * What one terminal and its acquirer agree on, per currency.
 *
 *   open ──▶ closing ──▶ reconciling ──▶ closed ──▶ funded
 *               │             └──▶ needs_attention ──▶ reconciling
 *               └ what it holds is presented first
 */
export interface BatchRow {
  readonly account: string
  readonly batchId: string
  readonly mode: Mode
  readonly link: string
  readonly terminalId: string
  readonly location: string
  readonly currency: Currency
  /** Six digits. */
  readonly number: string
  readonly state: 'open' | 'closing' | 'reconciling' | 'needs_attention' | 'closed' | 'funded'
  readonly openedMs: number
  readonly cutOffMs: number
  /** Of the 0500 under way: the same in every repeat of it. */
  readonly stan: string | null
  readonly transmittedMs: number | null
  readonly repeats: number
  /** How often the host counted otherwise. */
  readonly differences: number
  readonly totals: BatchSums | null
  readonly closedMs: number | null
  readonly attention: string | null
  readonly uncaptured: number
}

export async function findBatch(
  tx: Tx,
  { account, batchId }: { readonly account: string; readonly batchId: string },
): Promise<BatchRow | null> {
  const { rows } = await tx.query<BatchColumns>({
    text: `${SELECT} where account = $1 and batch = $2 for update`,
    values: [account, batchId],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : rowOf(rows[0])
}

/** Whose cut-off has come, and those that are being closed. */
export async function dueBatches(
  tx: Tx,
  { link, nowMs, limit }: { readonly link: string; readonly nowMs: number; readonly limit: number },
): Promise<BatchRow[]> {
  const { rows } = await tx.query<BatchColumns>({
    text: `${SELECT} where link = $1 and coalesce(due_ms, cut_off_ms) <= $2
        and state in ('open', 'closing', 'reconciling')
      order by coalesce(due_ms, cut_off_ms) limit $3`,
    values: [link, nowMs, limit],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

/** The newest first. */
export async function listBatches(
  tx: Tx,
  { account, limit }: { readonly account: string | null; readonly limit: number },
): Promise<BatchRow[]> {
  const { rows } = await tx.query<BatchColumns>({
    text: `${SELECT} where ($1::text is null or account = $1) order by opened_ms desc, batch desc limit $2`,
    values: [account, limit],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

/** What both sides have to count alike: everything that the acquirer has accepted and that no void takes back. */
export async function sumsOf(
  tx: Tx,
  { account, batchId }: Pick<BatchRow, 'account' | 'batchId'>,
): Promise<BatchSums> {
  const { rows } = await tx.query<BatchSums>({
    text: `
      select count(*) filter (where p.subject_kind = 'capture') as debits,
        coalesce(sum(p.amount_minor) filter (where p.subject_kind = 'capture'), 0)::bigint as "debitsMinor",
        count(*) filter (where p.subject_kind = 'refund') as credits,
        coalesce(sum(p.amount_minor) filter (where p.subject_kind = 'refund'), 0)::bigint as "creditsMinor"
      from presentments p left join payments y using (account, payment)
      where p.account = $1 and p.batch = $2 and p.state = 'accepted'
        and (p.subject_kind = 'refund' or y.collected_ms is not null)`,
    values: [account, batchId],
    types: numericTypes,
  })
  return rows[0] ?? { debits: 0, debitsMinor: 0, credits: 0, creditsMinor: 0 }
}

interface BatchColumns extends Omit<BatchRow, 'totals'> {
  readonly debits: number | null
  readonly debits_minor: number | null
  readonly credits: number | null
  readonly credits_minor: number | null
}

const SELECT = `
  select account, batch as "batchId", mode, link, terminal_id as "terminalId", location, currency, number, state,
    opened_ms as "openedMs", cut_off_ms as "cutOffMs", stan, transmitted_ms as "transmittedMs", repeats, differences,
    debits, debits_minor, credits, credits_minor, closed_ms as "closedMs", attention, uncaptured
  from batches`

function rowOf({ debits, debits_minor, credits, credits_minor, ...row }: BatchColumns): BatchRow {
  const totals =
    debits === null
      ? null
      : {
          debits,
          debitsMinor: debits_minor ?? 0,
          credits: credits ?? 0,
          creditsMinor: credits_minor ?? 0,
        }
  return { ...row, totals }
}
