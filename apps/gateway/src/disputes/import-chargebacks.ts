import {
  currencies,
  currencyNumber,
  type Currency,
  type DisputeEvent,
  disputeTerms,
  type IdSource,
} from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import * as z from 'zod'
import { storableText } from '../database/storable-text.ts'
import { transaction, type Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { type DisputeKey, moveDispute } from './move-dispute.ts'
import { openDispute } from './open-dispute.ts'
import { setChargebackAside, type UnmatchedBecause } from './unmatched-chargebacks.ts'

export interface ImportedChargebacks {
  readonly opened: number
  /** Known ones that went a step further. */
  readonly moved: number
  /** Known before. */
  readonly repeated: number
  /** Kept for a human: not a chargeback, of no payment of ours, or at odds with its dispute. */
  readonly unmatched: number
}

type Imported = keyof ImportedChargebacks

/**
 * Takes in the acquirer's chargebacks, one transaction each: a list that is read again, or only in part, loses and doubles
 * nothing. What fits no payment is kept with the reason.
 */
export async function importChargebacks(
  pool: Pool,
  lines: readonly unknown[],
  ids: IdSource,
): Promise<ImportedChargebacks> {
  const counts = { opened: 0, moved: 0, repeated: 0, unmatched: 0 }
  for (const line of lines) counts[await transaction(pool, (tx) => importChargeback(tx, line, ids))] += 1
  return counts
}

/** One line, in the caller's transaction. */
export async function importChargeback(tx: Tx, line: unknown, ids: IdSource): Promise<Imported> {
  const parsed = chargebackLine.safeParse(line)
  const step = parsed.success ? await takeStep(tx, parsed.data, ids) : 'malformed'
  if (step === 'opened' || step === 'moved' || step === 'repeated') return step
  await setChargebackAside(tx, { line, why: step, key: parsed.data, nowMs: ids.wallMs() })
  return 'unmatched'
}

async function takeStep(
  tx: Tx,
  line: ChargebackLine,
  ids: IdSource,
): Promise<Exclude<Imported, 'unmatched'> | UnmatchedBecause> {
  // Two who read the feed at once take turns.
  await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`chargeback ${line.id}`])
  const { rowCount } = await tx.query(
    'select from chargeback_steps where chargeback = $1 and sequence = $2',
    [line.id, line.sequence],
  )
  if (rowCount !== 0) return 'repeated'
  const { rows } = await tx.query<DisputeKey>(
    'select account, mode, dispute as "disputeId" from disputes where chargeback = $1',
    [line.id],
  )
  const known = rows[0]
  const step = known === undefined ? await open(tx, line, ids) : await move(tx, known, line, ids)
  if (step !== 'opened' && step !== 'moved') return step
  await tx.query(
    'insert into chargeback_steps (chargeback, sequence, stage, taken_ms) values ($1, $2, $3, $4)',
    [line.id, line.sequence, line.stage, ids.wallMs()],
  )
  return step
}

async function open(
  tx: Tx,
  { id, terminal, rrn, amountMinor, currency: number, reason, stage }: ChargebackLine,
  ids: IdSource,
): Promise<'opened' | 'repeated' | UnmatchedBecause> {
  if (stage === 'won' || stage === 'lost') return 'no_dispute'
  const currency = currencies.find((candidate) => currencyNumber(candidate) === number)
  const { rows } = await tx.query<FoundCharge>({
    text: `select a.account, p.mode, a.payment, a.charge, p.currency
      from attempts a join payments p using (account, payment)
      where a.terminal_id = $1 and a.rrn = $2 and a.state = 'approved'`,
    values: [terminal, rrn],
    types: numericTypes,
  })
  const [found, ...more] = rows
  if (found === undefined || more.length > 0 || currency !== found.currency) return 'no_payment'
  const dispute = await openDispute(
    tx,
    {
      account: found.account,
      mode: found.mode,
      paymentId: found.payment,
      chargeId: found.charge,
      chargeback: id,
      currency: found.currency,
      amountMinor,
      reasonCode: reason,
      atMs: ids.wallMs(),
      dueMs: null,
      isInquiry: stage === 'inquiry',
    },
    ids,
  )
  return dispute === null ? 'repeated' : 'opened'
}

async function move(
  tx: Tx,
  key: DisputeKey,
  { reason, stage, sequence }: ChargebackLine,
  ids: IdSource,
): Promise<'moved' | 'repeated' | UnmatchedBecause> {
  // A list without steps only names what is contested.
  if (sequence === 0 || stage === 'inquiry') return 'repeated'
  const atMs = ids.wallMs()
  const event: DisputeEvent =
    stage === 'chargeback'
      ? { type: 'charged_back', dueMs: atMs + disputeTerms(reason).responseDays * DAY_MS }
      : { type: stage, atMs }
  const moved = await moveDispute(tx, key, event, atMs, ids)
  return moved.ok ? 'moved' : 'dispute_at_odds'
}

type ChargebackLine = z.infer<typeof chargebackLine>

/** Unknown fields are of the acquirer and are left alone. */
const chargebackLine = z.object({
  id: storableText.min(1).max(200),
  /** Of the step in the acquirer's feed; a list that knows no steps has none. */
  sequence: z.int().min(0).default(0),
  stage: z.enum(['inquiry', 'chargeback', 'won', 'lost']).default('chargeback'),
  terminal: storableText,
  rrn: storableText,
  amountMinor: z.int().min(1),
  /** Three digits of ISO 4217. */
  currency: z.string(),
  /** The scheme's code, 10.4 or 4837 say. */
  reason: storableText.max(100),
})

interface FoundCharge {
  readonly account: string
  readonly mode: Mode
  readonly payment: string
  readonly charge: string
  readonly currency: Currency
}

const DAY_MS = 86_400_000
