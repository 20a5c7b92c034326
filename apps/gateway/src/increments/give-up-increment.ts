import { advanceIncrement, assert, isIncrementOpen, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { type IncrementRow, isIncrementAwaited, lockIncrement, saveIncrement } from './increment-row.ts'

export type GivenUpIncrement =
  | { readonly ok: true; readonly row: IncrementRow; readonly becomes: 'reversing' | 'canceled' }
  | {
      readonly ok: false
      /**
       * `increment_awaited`: its answer may still come in time. `increment_over`: it is being taken back, or has ended.
       * `increment_in_doubt`: a lost database may know more of it, so only the host says what it holds.
       */
      readonly refusal: 'increment_missing' | 'increment_awaited' | 'increment_over' | 'increment_in_doubt'
    }

/**
 * A person waits no longer for an issuer that nobody reaches. Nothing is guessed: what may have left is taken back, as
 * ISO 8583 takes back a request without its answer, by a reversal that the owner of the link says until the host has heard
 * it; what never left is called off. From here on no answer raises what may be captured.
 */
export async function giveUpIncrement(
  tx: Tx,
  incrementId: string,
  { nowMs }: { readonly nowMs: number },
): Promise<GivenUpIncrement> {
  // Its link before its row, as the owner of the link locks them.
  const stan = await takeStan(tx, incrementId)
  if (stan === null) return { ok: false, refusal: 'increment_missing' }
  const row = must(await lockIncrement(tx, incrementId), 'no increment is ever deleted')
  const { increment } = row
  if (!isIncrementOpen(increment)) return { ok: false, refusal: 'increment_over' }
  if (isIncrementAwaited(row, nowMs)) return { ok: false, refusal: 'increment_awaited' }
  if (await isOfLostDatabase(tx, row)) return { ok: false, refusal: 'increment_in_doubt' }
  const becomes = increment.state === 'due' ? 'canceled' : 'reversing'
  const next = advanceIncrement(
    increment,
    becomes === 'canceled'
      ? { type: 'canceled', nowMs }
      : { type: 'reversal_planned', why: 'no_answer', stan, nowMs },
  )
  assert(next !== null && (await saveIncrement(tx, row, next)), 'the row is locked, and open')
  return { ok: true, row, becomes }
}

async function isOfLostDatabase(tx: Tx, { asOf }: IncrementRow): Promise<boolean> {
  const { rowCount } = await tx.query('select from settings where generation > $1', [asOf])
  return rowCount !== 0
}

/** The next of the link that asks for it, which its owner then never uses; null where there is no such increment. */
async function takeStan(tx: Tx, incrementId: string): Promise<string | null> {
  const { rows } = await tx.query<{ stan: string }>(
    `update links set stan_next = stan_next % 999999 + 1
     where link = (select link from increments where increment = $1)
     returning lpad((case stan_next when 1 then 999999 else stan_next - 1 end)::text, 6, '0') as stan`,
    [incrementId],
  )
  return rows[0]?.stan ?? null
}
