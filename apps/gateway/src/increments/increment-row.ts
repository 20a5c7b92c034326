import type { Currency, Increment } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { NotesChange } from '../payments/payment-notes.ts'
import { type IncrementStateColumns, STATE_COLUMNS, stateOf, stateToColumns } from './increment-state.ts'

/** More that a merchant has asked for on one payment. */
export interface IncrementRow extends IncrementFacts {
  readonly increment: Increment
}

interface IncrementFacts {
  readonly account: string
  readonly incrementId: string
  readonly mode: Mode
  readonly paymentId: string
  readonly link: string
  readonly terminalId: string
  readonly currency: Currency
  /** What was authorised before it, minor units. */
  readonly fromMinor: number
  /** What comes on top. */
  readonly amountMinor: number
  readonly rrn: string
  /** What the merchant says with it, once it is approved. */
  readonly notes: NotesChange
  /** So long somebody waits for the answer to what has not left. */
  readonly askBeforeMs: number
  /** The generation whose database knows everything that was sent of it. */
  readonly asOf: number
  readonly createdMs: number
}

/** A second one in flight for the same payment is refused by the database. */
export async function insertIncrement(tx: Tx, row: IncrementRow): Promise<void> {
  await tx.query(
    `insert into increments (account, increment, mode, payment, link, terminal_id, currency, from_minor, amount_minor,
       rrn, notes, ask_before_ms, as_of, created_ms, ${STATE_COLUMNS.join(', ')})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
       ${STATE_COLUMNS.map((_, at) => `$${at + 15}`).join(', ')})`,
    [
      row.account,
      row.incrementId,
      row.mode,
      row.paymentId,
      row.link,
      row.terminalId,
      row.currency,
      row.fromMinor,
      row.amountMinor,
      row.rrn,
      JSON.stringify(row.notes),
      row.askBeforeMs,
      row.asOf,
      row.createdMs,
      ...stateToColumns(row.increment),
    ],
  )
}

/** False when somebody else has moved it meanwhile: nothing was written. */
export async function saveIncrement(tx: Tx, before: IncrementRow, next: Increment): Promise<boolean> {
  const was = before.increment
  const { rowCount } = await tx.query(
    `update increments set ${STATE_COLUMNS.map((column, at) => `${column} = $${at + 3}`).join(', ')}
     where account = $1 and increment = $2 and state = $${STATE_COLUMNS.length + 3}
       and repeats is not distinct from $${STATE_COLUMNS.length + 4}
       and reversal_tries is not distinct from $${STATE_COLUMNS.length + 5}`,
    [
      before.account,
      before.incrementId,
      ...stateToColumns(next),
      was.state,
      'sending' in was ? was.sending.repeats : null,
      'reversal' in was ? was.reversal.tries : null,
    ],
  )
  return rowCount === 1
}

export async function findIncrement(
  db: Tx,
  { account, mode, incrementId }: Pick<IncrementRow, 'account' | 'mode' | 'incrementId'>,
): Promise<IncrementRow | null> {
  const [row] = await select(db, 'account = $1 and mode = $2 and increment = $3', [
    account,
    mode,
    incrementId,
  ])
  return row ?? null
}

/** Of any account, locked until the transaction ends. */
export async function lockIncrement(tx: Tx, incrementId: string): Promise<IncrementRow | null> {
  const [row] = await select(tx, 'increment = $1 for update', [incrementId])
  return row ?? null
}

export interface OpenIncrement extends IncrementRow {
  /** Whoever asked for it waits no more, and no answer has come. */
  readonly isStuck: boolean
}

/** What is still to be asked, answered or taken back, the oldest first; `stuck`: only what nobody waits for any more. */
export async function openIncrements(
  db: Tx,
  {
    account,
    mode = null,
    stuck,
    nowMs,
    limit,
  }: {
    readonly account: string | null
    readonly mode?: Mode | null
    readonly stuck: boolean
    readonly nowMs: number
    readonly limit: number
  },
): Promise<OpenIncrement[]> {
  const rows = await select(
    db,
    `due_ms is not null and ($1::text is null or account = $1) and ($2::text is null or mode = $2)
       and (not $3 or ask_before_ms < $4) order by created_ms, increment limit $5`,
    [account, mode, stuck, nowMs, limit],
  )
  return rows.map((row) => ({ ...row, isStuck: row.askBeforeMs < nowMs }))
}

/** Whoever asked for it waits, or it has left and its answer may still come in the time of its contract. */
export function isIncrementAwaited(
  { increment, createdMs, askBeforeMs }: IncrementRow,
  nowMs: number,
): boolean {
  if (askBeforeMs > nowMs) return true
  const answerTimeoutMs = askBeforeMs - createdMs
  return increment.state === 'sent' && increment.sending.sendBeforeMs + answerTimeoutMs > nowMs
}

/** Of one payment, in the order in which they were asked for. */
export async function incrementsOf(
  db: Tx,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
): Promise<IncrementRow[]> {
  return select(db, 'account = $1 and payment = $2 order by created_ms, increment', [account, paymentId])
}

/** Nobody knows yet whether more may be taken of the payment. */
export async function isIncrementInFlight(
  tx: Tx,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from increments where account = $1 and payment = $2 and state in ('due', 'sent', 'unknown')`,
    [account, paymentId],
  )
  return rowCount !== 0
}

/** The oldest first. */
export async function dueIncrements(
  db: Tx,
  { link, nowMs, limit }: { readonly link: string; readonly nowMs: number; readonly limit: number },
): Promise<IncrementRow[]> {
  return select(db, 'link = $1 and due_ms <= $2 order by due_ms, created_ms limit $3', [link, nowMs, limit])
}

async function select(db: Tx, where: string, values: readonly unknown[]): Promise<IncrementRow[]> {
  const { rows } = await db.query<IncrementFacts & IncrementStateColumns>({
    text: `${SELECT} where ${where}`,
    values: [...values],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

const SELECT = `
  select account, increment as "incrementId", mode, payment as "paymentId", link, terminal_id as "terminalId", currency,
    from_minor as "fromMinor", amount_minor as "amountMinor", rrn, notes, ask_before_ms as "askBeforeMs",
    as_of as "asOf", created_ms as "createdMs", ${STATE_COLUMNS.join(', ')}
  from increments`

function rowOf(columns: IncrementFacts & IncrementStateColumns): IncrementRow {
  const { account, incrementId, mode, paymentId, link, terminalId, currency, fromMinor, amountMinor, rrn } =
    columns
  const { notes, askBeforeMs, asOf, createdMs } = columns
  return {
    account,
    incrementId,
    mode,
    paymentId,
    link,
    terminalId,
    currency,
    fromMinor,
    amountMinor,
    rrn,
    notes,
    askBeforeMs,
    asOf,
    createdMs,
    increment: stateOf(columns),
  }
}
