import { type Currency, type Presentment, presentationNumber } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import {
  type PresentmentStateColumns,
  reversalOf,
  sendingOf,
  STATE_COLUMNS,
  stateOf,
  stateToColumns,
} from './presentment-state.ts'

/** How the acquirer learns of one capture, of a tip that came after it, or of a refund. */
export interface PresentmentRow extends PresentmentFacts {
  readonly presentment: Presentment
}

interface PresentmentFacts {
  readonly account: string
  readonly presentmentId: string
  readonly mode: Mode
  readonly subjectKind: 'capture' | 'refund' | 'tip'
  /** `cap_…`, `re_…`; of a tip the capture that it is added to. */
  readonly subject: string
  /** Null for a refund without its payment. */
  readonly paymentId: string | null
  readonly link: string
  readonly terminalId: string
  readonly currency: Currency
  /** Of a tip: what the capture is of with it. */
  readonly amountMinor: number
  readonly message: PresentmentMessage
  readonly batchId: string | null
  /** Of its batch, six digits; null until it belongs to one. */
  readonly batchNumber?: string | null
  readonly createdMs: number
}

/** A stored one. */
export interface KnownPresentment extends PresentmentRow {
  /** Somebody was told that its window at the acquirer is nearly over (MC5). */
  readonly late: boolean
  /** The generation whose database knows everything that was sent of it. */
  readonly asOf: number
}

export type PresentmentMessage = 'sale' | 'completion' | 'upload' | 'refund'

/** A second one for the same subject is refused by the database. */
export async function insertPresentment(tx: Tx, row: PresentmentRow): Promise<void> {
  await tx.query(
    `insert into presentments (account, presentment, mode, subject_kind, subject, payment, link, terminal_id, currency,
       amount_minor, message, batch, created_ms, as_of, ${STATE_COLUMNS.join(', ')})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, (select generation from settings),
       ${STATE_COLUMNS.map((_, at) => `$${at + 14}`).join(', ')})`,
    [
      row.account,
      row.presentmentId,
      row.mode,
      row.subjectKind,
      row.subject,
      row.paymentId,
      row.link,
      row.terminalId,
      row.currency,
      row.amountMinor,
      row.message,
      row.batchId,
      row.createdMs,
      ...stateToColumns(row.presentment),
    ],
  )
}

/** False when somebody else has moved it meanwhile: nothing was written. */
export async function savePresentment(tx: Tx, before: PresentmentRow, next: Presentment): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update presentments set ${STATE_COLUMNS.map((column, at) => `${column} = $${at + 3}`).join(', ')}
     where account = $1 and presentment = $2 and state = $17 and presentation = $18
       and repeats is not distinct from $19 and reversal_tries is not distinct from $20`,
    [
      before.account,
      before.presentmentId,
      ...stateToColumns(next),
      before.presentment.state,
      presentationNumber(before.presentment),
      sendingOf(before.presentment)?.repeats ?? null,
      reversalOf(before.presentment)?.tries ?? null,
    ],
  )
  return rowCount === 1
}

export async function presentmentOf(
  tx: Tx,
  {
    account,
    kind,
    subject,
  }: { readonly account: string; readonly kind: PresentmentRow['subjectKind']; readonly subject: string },
): Promise<KnownPresentment | null> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where account = $1 and subject_kind = $2 and subject = $3 for update`,
    values: [account, kind, subject],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : rowOf(rows[0])
}

/** Of any account, locked until the transaction ends; null when there is none. */
export async function findPresentment(tx: Tx, presentmentId: string): Promise<KnownPresentment | null> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where presentment = $1 for update`,
    values: [presentmentId],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : rowOf(rows[0])
}

/** What the acquirer has not taken yet, the oldest first; `stuck`: only what waits for a person. */
export async function openPresentments(
  tx: Tx,
  {
    account,
    stuck,
    limit,
  }: { readonly account: string | null; readonly stuck: boolean; readonly limit: number },
): Promise<KnownPresentment[]> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where ($1::text is null or account = $1)
        and state not in ('accepted', 'declined', 'given_up', 'canceled') and (not $2 or state = 'needs_attention')
      order by created_ms, presentment limit $3`,
    values: [account, stuck, limit],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

/** The oldest first. */
export async function duePresentments(
  tx: Tx,
  { link, nowMs, limit }: { readonly link: string; readonly nowMs: number; readonly limit: number },
): Promise<KnownPresentment[]> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where link = $1 and due_ms <= $2 order by due_ms, created_ms limit $3`,
    values: [link, nowMs, limit],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

/** What is counted; a tip is, within its sale, once the acquirer has taken it. */
export async function presentmentsOfBatch(
  tx: Tx,
  { account, batchId }: { readonly account: string; readonly batchId: string },
): Promise<KnownPresentment[]> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where account = $1 and batch = $2 and state <> 'canceled' and subject_kind <> 'tip'
      order by created_ms, presentment`,
    values: [account, batchId],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

interface PresentmentColumns extends PresentmentFacts, PresentmentStateColumns {
  readonly asOf: number
  readonly late: boolean
}

const SELECT = `
  select account, presentment as "presentmentId", mode, subject_kind as "subjectKind", subject, payment as "paymentId",
    link, terminal_id as "terminalId", currency, amount_minor as "amountMinor", message, batch as "batchId",
    (select b.number from batches b where b.account = presentments.account and b.batch = presentments.batch)
      as "batchNumber",
    exists (select from events e where e.account = presentments.account
      and e.event = 'evt_' || substr(presentments.presentment, 5)) as late,
    created_ms as "createdMs", as_of as "asOf", ${STATE_COLUMNS.join(', ')}
  from presentments`

function rowOf(columns: PresentmentColumns): KnownPresentment {
  const { account, presentmentId, mode, subjectKind, subject, paymentId, link, terminalId, currency } =
    columns
  const { amountMinor, message, batchId, batchNumber = null, createdMs, asOf, late } = columns
  return {
    account,
    presentmentId,
    mode,
    subjectKind,
    subject,
    paymentId,
    link,
    terminalId,
    currency,
    amountMinor,
    message,
    batchId,
    batchNumber,
    createdMs,
    asOf,
    late,
    presentment: stateOf(columns),
  }
}
