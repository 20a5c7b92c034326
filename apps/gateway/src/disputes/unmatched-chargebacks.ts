import * as z from 'zod'
import { storableText } from '../database/storable-text.ts'
import type { Tx } from '../database/transaction.ts'

export type UnmatchedBecause = 'malformed' | 'no_payment' | 'no_dispute' | 'dispute_at_odds'

/** Kept for a human, and for the next look: its payment may come back from a device after a restore. */
export async function setChargebackAside(
  tx: Tx,
  aside: {
    readonly line: unknown
    readonly why: UnmatchedBecause
    readonly key: { readonly id: string; readonly sequence: number } | undefined
    readonly nowMs: number
  },
): Promise<void> {
  const { line, why, key, nowMs } = aside
  const body = JSON.stringify(line) ?? 'null'
  const named = z.object({ id: storableText.min(1).max(200) }).safeParse(line)
  const id = key === undefined ? (named.success ? named.data.id : body.slice(0, 200)) : keyOf(key)
  await tx.query(
    `insert into unmatched_chargebacks (chargeback, body, why, seen_ms) values ($1, $2, $3, $4)
     on conflict (chargeback) do update set why = excluded.why`,
    [id, body, why, nowMs],
  )
}

/** Those that may fit by now, each taken out; it comes back when it still fits nothing. */
export async function takeUnmatched(tx: Tx, limit: number): Promise<readonly unknown[]> {
  const { rows } = await tx.query<{ body: unknown; seen_ms: string }>(
    `delete from unmatched_chargebacks where chargeback in (
       select chargeback from unmatched_chargebacks where why in ('no_payment', 'no_dispute')
       order by seen_ms, chargeback limit $1 for update skip locked)
     returning body, seen_ms::text`,
    [limit],
  )
  return rows
    .toSorted((a, b) => Number(a.seen_ms) - Number(b.seen_ms) || sequenceOf(a.body) - sequenceOf(b.body))
    .map(({ body }) => body)
}

function sequenceOf(body: unknown): number {
  const parsed = z.object({ sequence: z.number() }).safeParse(body)
  return parsed.success ? parsed.data.sequence : 0
}

/** One chargeback may wait with several of its steps. */
function keyOf({ id, sequence }: { readonly id: string; readonly sequence: number }): string {
  return sequence === 0 ? id : `${id}#${sequence}`
}
