import type { CaptureMethod, Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** What is taken of one approval. `due` until the acquirer has accepted its presentment. */
export interface CaptureRow {
  readonly account: string
  readonly captureId: string
  readonly paymentId: string
  readonly mode: Mode
  readonly chargeId: string
  readonly method: CaptureMethod
  readonly currency: Currency
  readonly authorisedMinor: number
  /** With the tip that the acquirer's contract lets through. */
  readonly limitMinor: number
  /** With the tip. */
  readonly amountMinor: number
  readonly tipMinor: number
  readonly state: 'due' | 'presented' | 'canceled'
  readonly createdMs: number
}

/** A second one that stands for the same payment is refused by the database. */
export async function insertCapture(tx: Tx, row: CaptureRow): Promise<void> {
  await tx.query(
    `insert into captures (account, capture, payment, mode, charge, method, currency, authorised_minor, limit_minor,
       amount_minor, tip_minor, state, created_ms, presented_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      row.account,
      row.captureId,
      row.paymentId,
      row.mode,
      row.chargeId,
      row.method,
      row.currency,
      row.authorisedMinor,
      row.limitMinor,
      row.amountMinor,
      row.tipMinor,
      row.state,
      row.createdMs,
      row.state === 'presented' ? row.createdMs : null,
    ],
  )
}

/** The one that stands, locked until the transaction ends; null when nothing of the payment is taken. */
export async function standingCapture(
  tx: Tx,
  { account, paymentId }: { readonly account: string; readonly paymentId: string },
): Promise<CaptureRow | null> {
  const { rows } = await tx.query<CaptureRow>({
    text: `${SELECT} where account = $1 and payment = $2 and state <> 'canceled' for update`,
    values: [account, paymentId],
    types: numericTypes,
  })
  return rows[0] ?? null
}

export async function loadCapture(tx: Tx, account: string, captureId: string): Promise<CaptureRow | null> {
  const { rows } = await tx.query<CaptureRow>({
    text: `${SELECT} where account = $1 and capture = $2 for update`,
    values: [account, captureId],
    types: numericTypes,
  })
  return rows[0] ?? null
}

/** False when it is no longer due. */
export async function retipCapture(
  tx: Tx,
  { account, captureId }: CaptureRow,
  { amountMinor, tipMinor }: { readonly amountMinor: number; readonly tipMinor: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update captures set amount_minor = $3, tip_minor = $4 where account = $1 and capture = $2 and state = 'due'`,
    [account, captureId, amountMinor, tipMinor],
  )
  return rowCount === 1
}

export async function endCapture(
  tx: Tx,
  { account, captureId }: CaptureRow,
  end: 'presented' | 'canceled',
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update captures set state = $3,
       presented_ms = case when $3 = 'presented' then coalesce(presented_ms, $4) else presented_ms end,
       canceled_ms = case when $3 = 'canceled' then $4::bigint end
     where account = $1 and capture = $2 and state <> 'canceled'`,
    [account, captureId, end, nowMs],
  )
}

const SELECT = `
  select account, capture as "captureId", payment as "paymentId", mode, charge as "chargeId", method, currency,
    authorised_minor as "authorisedMinor", limit_minor as "limitMinor", amount_minor as "amountMinor",
    tip_minor as "tipMinor", state, created_ms as "createdMs"
  from captures`
