import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'

/** What a caller asked for under a key of its own. */
export interface OnceRequest {
  readonly account: string
  readonly mode: Mode
  readonly key: string
  /** Of everything that was asked: the same key with other input is a mistake of the caller. */
  readonly inputSha256: string
  readonly requestId: string
  readonly nowMs: number
}

/** The object that an effect made or changed. */
interface EffectRef {
  readonly object: string
  readonly id: string
}

export type EffectResult<Refusal> = { readonly done: EffectRef } | { readonly refusal: Refusal }

export type OnceResult<Refusal> =
  | {
      readonly done: EffectRef
      /** The request that did it, when it was not this one. */ readonly doneBy: string | null
    }
  | { readonly refusal: Refusal }
  | { readonly conflict: 'in_use' | 'other_request' }

/** Stripe prunes after 24 hours; an outage may last a week, and whoever comes back after it still gets the first answer. */
const KEPT_FOR_MS = 30 * 24 * 3_600_000
const PRUNED_AT_ONCE = 20

/**
 * Runs `effect` in one transaction with its key, so that both are there or neither is. The same key again does nothing
 * and names the object of the first time; a refusal keeps nothing. Whoever holds a key holds an advisory lock with its
 * connection: when it dies, the database lets go, and the next one takes over.
 */
export async function runOnce<Refusal>(
  pool: Pool,
  request: OnceRequest | null,
  effect: (tx: Tx) => Promise<EffectResult<Refusal>>,
): Promise<OnceResult<Refusal>> {
  try {
    return await transaction(pool, async (tx) => {
      if (request !== null) {
        if (!(await take(tx, request))) return { conflict: 'in_use' }
        const known = await find(tx, request)
        if (known !== null) return known
      }
      const result = await effect(tx)
      if ('refusal' in result) throw new Refused(result.refusal)
      if (request !== null) await keep(tx, request, result.done)
      return { done: result.done, doneBy: null }
    })
  } catch (error) {
    // Thrown by the function above only, with the refusal of this effect.
    if (error instanceof Refused) return { refusal: error.refusal as Refusal }
    throw error
  }
}

/** Takes what the effect has written back. */
class Refused extends Error {
  readonly refusal: unknown

  constructor(refusal: unknown) {
    super('refused')
    this.refusal = refusal
  }
}

async function take(tx: Tx, { account, mode, key }: OnceRequest): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 1)) as taken',
    [`${account}/${mode}/${key}`],
  )
  return rows[0]?.taken === true
}

async function find(tx: Tx, request: OnceRequest): Promise<OnceResult<never> | null> {
  const { account, mode, key, inputSha256 } = request
  const { rows } = await tx.query<{
    input_sha256: string
    object: string
    object_id: string
    request: string
  }>(
    `select input_sha256, object, object_id, request from idempotency_keys
     where account = $1 and mode = $2 and key = $3`,
    [account, mode, key],
  )
  const row = rows[0]
  if (row === undefined) return null
  if (row.input_sha256 !== inputSha256) return { conflict: 'other_request' }
  return { done: { object: row.object, id: row.object_id }, doneBy: row.request }
}

/** Each new key takes a few of the oldest with it, so that nobody has to sweep. */
async function keep(tx: Tx, request: OnceRequest, { object, id }: EffectRef): Promise<void> {
  const { account, mode, key, inputSha256, requestId, nowMs } = request
  await tx.query(
    `insert into idempotency_keys (account, mode, key, input_sha256, object, object_id, request, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [account, mode, key, inputSha256, object, id, requestId, nowMs],
  )
  await tx.query(
    `delete from idempotency_keys where ctid in (
       select ctid from idempotency_keys where account = $1 and created_ms < $2
       order by created_ms limit $3 for update skip locked)`,
    [account, nowMs - KEPT_FOR_MS, PRUNED_AT_ONCE],
  )
}
