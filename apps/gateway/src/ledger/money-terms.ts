import { cardBrands, type Currency, currencies, entryModes, type FeeSchedule, NO_FEES } from '@holdfast/core'
import * as z from 'zod'
import type { Tx } from '../database/transaction.ts'

/** By which terms a merchant's money moves at one moment. */
export interface MoneyTerms {
  readonly fees: FeeSchedule
  readonly funding: 'direct' | 'facilitator'
  readonly holdDays: number
}

/** Who has set nothing is paid by the acquirer, and we keep nothing. */
export async function loadMoneyTerms(tx: Tx, account: string, atMs: number): Promise<MoneyTerms> {
  const { rows } = await tx.query<{
    schedule: unknown
    funding: MoneyTerms['funding'] | null
    hold_days: number | null
  }>(
    `select f.schedule, p.funding, p.hold_days
     from accounts a
     left join funding_policies p using (account)
     left join lateral (
       select schedule from fee_schedules f where f.account = a.account and f.valid_from_ms <= $2
       order by f.valid_from_ms desc limit 1
     ) f on true
     where a.account = $1`,
    [account, atMs],
  )
  const row = rows[0]
  return {
    fees: feeSchedule.parse(row?.schedule ?? NO_FEES),
    funding: row?.funding ?? 'direct',
    holdDays: row?.hold_days ?? 0,
  }
}

/** Throws with what is wrong where it is no schedule. */
export function parseFeeSchedule(value: unknown): FeeSchedule {
  return feeSchedule.parse(value)
}

/** From `validFromMs` on. One that was in force stays as it was: a change is a later one. */
export async function addFeeSchedule(
  tx: Tx,
  account: string,
  schedule: FeeSchedule,
  validFromMs: number,
): Promise<void> {
  await tx.query(
    `insert into fee_schedules (account, valid_from_ms, schedule) values ($1, $2, $3) on conflict do nothing`,
    [account, validFromMs, JSON.stringify(feeSchedule.parse(schedule))],
  )
}

export async function setFunding(
  tx: Tx,
  account: string,
  { funding, holdDays }: Pick<MoneyTerms, 'funding' | 'holdDays'>,
): Promise<void> {
  await tx.query(
    `insert into funding_policies (account, funding, hold_days) values ($1, $2, $3)
     on conflict (account) do update set funding = excluded.funding, hold_days = excluded.hold_days`,
    [account, funding, holdDays],
  )
}

const minorByCurrency = z.partialRecord(z.enum(currencies as [Currency, ...Currency[]]), z.int().min(0))

const feeSchedule: z.ZodType<FeeSchedule> = z.strictObject({
  rules: z.array(
    z.strictObject({
      brands: z.array(z.enum(cardBrands)).exactOptional(),
      entryModes: z.array(z.enum(entryModes)).exactOptional(),
      locations: z.array(z.string()).exactOptional(),
      basisPoints: z.int().min(0).max(10_000),
      fixedMinor: minorByCurrency,
    }),
  ),
  disputeMinor: minorByCurrency,
})
