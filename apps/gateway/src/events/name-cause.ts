import type { Tx } from '../database/transaction.ts'

export interface EventCause {
  readonly request: string
  readonly idempotencyKey: string | null
}

/**
 * Every event that this transaction writes, whatever noun tells it, was caused by that request. The settings end with the
 * transaction; the columns of `events` take them as their defaults.
 */
export async function nameCause(tx: Tx, { request, idempotencyKey }: EventCause): Promise<void> {
  await tx.query(
    `select set_config('holdfast.request', $1, true), set_config('holdfast.idempotency_key', $2, true)`,
    [request, idempotencyKey ?? ''],
  )
}
