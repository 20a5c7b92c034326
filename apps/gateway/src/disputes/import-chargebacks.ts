import { currencies, currencyNumber, type Currency, type IdSource } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import * as z from 'zod'
import { transaction, type Tx } from '../database/transaction.ts'
import { numericTypes } from '../store/sql-rows.ts'
import { openDispute } from './open-dispute.ts'

/** One line of the acquirer's chargeback list. Unknown fields are of the acquirer and are left alone. */
const chargebackLine = z.object({
  id: z.string().min(1).max(200),
  terminal: z.string(),
  rrn: z.string(),
  amountMinor: z.int().min(1),
  /** Three digits of ISO 4217. */
  currency: z.string(),
  /** The scheme's code, 10.4 or 4837 say. */
  reason: z.string().max(100),
})

export interface ImportedChargebacks {
  readonly opened: number
  /** Known before. */
  readonly repeated: number
  /** Kept for a human: not a chargeback, or of no payment of ours. */
  readonly unmatched: number
}

/**
 * Opens a dispute for each new chargeback of the list, one transaction each: a list that is read again, or only in part,
 * loses and doubles nothing. What fits no payment is kept with the reason.
 */
export async function importChargebacks(
  pool: Pool,
  lines: readonly unknown[],
  ids: IdSource,
): Promise<ImportedChargebacks> {
  const counts = { opened: 0, repeated: 0, unmatched: 0 }
  for (const line of lines) counts[await transaction(pool, (tx) => importOne(tx, line, ids))] += 1
  return counts
}

async function importOne(tx: Tx, line: unknown, ids: IdSource): Promise<keyof ImportedChargebacks> {
  const parsed = chargebackLine.safeParse(line)
  if (!parsed.success) return setAside(tx, line, 'malformed', ids)
  const { id, terminal, rrn, amountMinor, currency: number, reason } = parsed.data
  const currency = currencies.find((candidate) => currencyNumber(candidate) === number)
  const { rows } = await tx.query<FoundCharge>({
    text: `select a.account, p.mode, a.payment, a.charge, p.currency
      from attempts a join payments p using (account, payment)
      where a.terminal_id = $1 and a.rrn = $2 and a.state = 'approved'`,
    values: [terminal, rrn],
    types: numericTypes,
  })
  const [found, ...more] = rows
  if (found === undefined || more.length > 0 || currency !== found.currency)
    return setAside(tx, line, 'no_payment', ids)
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
    },
    ids,
  )
  return dispute === null ? 'repeated' : 'opened'
}

interface FoundCharge {
  readonly account: string
  readonly mode: Mode
  readonly payment: string
  readonly charge: string
  readonly currency: Currency
}

async function setAside(
  tx: Tx,
  line: unknown,
  why: 'malformed' | 'no_payment',
  ids: IdSource,
): Promise<'unmatched'> {
  const body = JSON.stringify(line) ?? 'null'
  const id = z.object({ id: z.string().min(1) }).safeParse(line)
  await tx.query(
    `insert into unmatched_chargebacks (chargeback, body, why, seen_ms) values ($1, $2, $3, $4) on conflict do nothing`,
    [id.success ? id.data.id : body.slice(0, 200), body, why, ids.wallMs()],
  )
  return 'unmatched'
}
