import type { Currency, Presentment, PresentmentSending } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../store/sql-rows.ts'

/** How the acquirer learns of one capture or refund. */
export interface PresentmentRow extends PresentmentFacts {
  readonly presentment: Presentment
}

interface PresentmentFacts {
  readonly account: string
  readonly presentmentId: string
  readonly mode: Mode
  readonly subjectKind: 'capture' | 'refund'
  readonly subject: string
  readonly paymentId: string
  readonly link: string
  readonly terminalId: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly message: PresentmentMessage
  readonly batchId: string | null
  /** Of its batch, six digits; null until it belongs to one. */
  readonly batchNumber?: string | null
  readonly createdMs: number
}

export type PresentmentMessage = 'sale' | 'completion' | 'upload' | 'refund'

/** A second one for the same subject is refused by the database. */
export async function insertPresentment(tx: Tx, row: PresentmentRow): Promise<void> {
  await tx.query(
    `insert into presentments (account, presentment, mode, subject_kind, subject, payment, link, terminal_id, currency,
       amount_minor, message, batch, created_ms, state, due_ms, stan, transmitted_ms, send_before_ms, repeats,
       response_code, accepted_ms, attention)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
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
    `update presentments set state = $3, due_ms = $4, stan = $5, transmitted_ms = $6, send_before_ms = $7, repeats = $8,
       response_code = $9, accepted_ms = $10, attention = $11
     where account = $1 and presentment = $2 and state = $12 and repeats is not distinct from $13`,
    [
      before.account,
      before.presentmentId,
      ...stateToColumns(next),
      before.presentment.state,
      sendingOf(before.presentment)?.repeats ?? null,
    ],
  )
  return rowCount === 1
}

export async function presentmentOf(
  tx: Tx,
  { account, kind, subject }: { readonly account: string; readonly kind: string; readonly subject: string },
): Promise<PresentmentRow | null> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where account = $1 and subject_kind = $2 and subject = $3 for update`,
    values: [account, kind, subject],
    types: numericTypes,
  })
  return rows[0] === undefined ? null : rowOf(rows[0])
}

/** The oldest first. */
export async function duePresentments(
  tx: Tx,
  { link, nowMs, limit }: { readonly link: string; readonly nowMs: number; readonly limit: number },
): Promise<PresentmentRow[]> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where link = $1 and due_ms <= $2 order by due_ms, created_ms limit $3`,
    values: [link, nowMs, limit],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

export async function presentmentsOfBatch(
  tx: Tx,
  { account, batchId }: { readonly account: string; readonly batchId: string },
): Promise<PresentmentRow[]> {
  const { rows } = await tx.query<PresentmentColumns>({
    text: `${SELECT} where account = $1 and batch = $2 and state <> 'canceled' order by created_ms, presentment`,
    values: [account, batchId],
    types: numericTypes,
  })
  return rows.map(rowOf)
}

interface PresentmentColumns extends PresentmentFacts {
  readonly state: Presentment['state']
  readonly due_ms: number | null
  readonly stan: string | null
  readonly transmitted_ms: number | null
  readonly send_before_ms: number | null
  readonly repeats: number | null
  readonly response_code: string | null
  readonly accepted_ms: number | null
  readonly attention: string | null
}

const SELECT = `
  select account, presentment as "presentmentId", mode, subject_kind as "subjectKind", subject, payment as "paymentId",
    link, terminal_id as "terminalId", currency, amount_minor as "amountMinor", message, batch as "batchId",
    (select b.number from batches b where b.account = presentments.account and b.batch = presentments.batch)
      as "batchNumber",
    created_ms as "createdMs", state, due_ms, stan, transmitted_ms, send_before_ms, repeats, response_code,
    accepted_ms, attention
  from presentments`

function stateToColumns(presentment: Presentment): readonly unknown[] {
  const sending = sendingOf(presentment)
  return [
    presentment.state,
    dueMsOf(presentment),
    sending?.stan ?? null,
    sending?.transmittedAtMs ?? null,
    sending?.sendBeforeMs ?? null,
    sending?.repeats ?? null,
    'responseCode' in presentment ? presentment.responseCode : null,
    presentment.state === 'accepted' ? presentment.acceptedMs : null,
    presentment.state === 'needs_attention' ? presentment.why : null,
  ]
}

/** One whose sender is gone is looked at when nothing can leave for it any more. */
function dueMsOf(presentment: Presentment): number | null {
  switch (presentment.state) {
    case 'due':
      return presentment.dueMs
    case 'sent':
      return presentment.sending.sendBeforeMs
    case 'unknown':
    case 'refused':
      return presentment.retryAtMs
    case 'accepted':
    case 'needs_attention':
    case 'canceled':
      return null
  }
}

function sendingOf(presentment: Presentment): PresentmentSending | null {
  return 'sending' in presentment ? presentment.sending : null
}

function rowOf(columns: PresentmentColumns): PresentmentRow {
  const {
    state,
    due_ms,
    stan,
    transmitted_ms,
    send_before_ms,
    repeats,
    response_code,
    accepted_ms,
    attention,
    ...facts
  } = columns
  const sending: PresentmentSending | null =
    stan === null
      ? null
      : {
          stan,
          transmittedAtMs: transmitted_ms ?? 0,
          sendBeforeMs: send_before_ms ?? 0,
          repeats: repeats ?? 0,
        }
  return { ...facts, presentment: stateOf() }

  function stateOf(): Presentment {
    if (state === 'due') return { state, dueMs: due_ms }
    if (state === 'canceled') return { state }
    const responseCode = response_code
    if (state === 'needs_attention') return { state, why: attention ?? '', responseCode, sending }
    // The checks of the table keep each state with its columns.
    const sent = sending ?? { stan: '', transmittedAtMs: 0, sendBeforeMs: 0, repeats: 0 }
    if (state === 'sent') return { state, sending: sent }
    if (state === 'unknown') return { state, retryAtMs: due_ms ?? 0, sending: sent }
    if (state === 'refused')
      return { state, retryAtMs: due_ms ?? 0, responseCode: responseCode ?? '', sending: sent }
    return { state, acceptedMs: accepted_ms ?? 0, responseCode: responseCode ?? '', sending: sent }
  }
}
