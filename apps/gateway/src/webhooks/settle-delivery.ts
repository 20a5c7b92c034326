import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { Delivery } from './claim-deliveries.ts'
import { holdForMs, isFailingTooLong, retryAfterMs, TRIED_FOR_MS, verdictOf } from './delivery-rules.ts'
import type { PostResult } from './post-event.ts'

export interface Settling {
  readonly nowMs: number
  readonly random: () => number
  /** Tells the owner by mail, in the same transaction. */
  readonly tellDisabled: (tx: Tx, disabled: DisabledEndpoint) => Promise<void>
}

export interface DisabledEndpoint extends Pick<Delivery, 'account' | 'endpoint' | 'mode' | 'url'> {
  readonly because: 'gone' | 'failing'
}

/**
 * Writes down what a try has come to: the delivery, and what it says of its endpoint. Nothing is written of a try that
 * another process has taken over meanwhile.
 */
export async function settleDelivery(
  pool: Pool,
  delivery: Delivery,
  result: PostResult,
  settling: Settling,
): Promise<void> {
  const status = result.got === 'status' ? result.status : null
  const verdict = verdictOf(status)
  const { nowMs, random } = settling
  await transaction(pool, async (tx) => {
    // First the endpoint, as everywhere: two tries of one endpoint wait for each other, and never for ever.
    if (verdict === 'delivered') await noteSuccess(tx, delivery)
    else await noteFailure(tx, delivery, verdict === 'endpoint_gone', settling)
    const isOver = verdict === 'endpoint_gone' || nowMs - delivery.sinceMs >= TRIED_FOR_MS
    const state = verdict === 'delivered' ? 'delivered' : isOver ? 'failed' : 'pending'
    await tx.query(
      `update webhook_deliveries set state = $5, due_ms = $6, claim = null, claimed_until_ms = null,
         last_status = $7, last_error = $8, last_try_ms = $9
       where account = $1 and endpoint = $2 and event = $3 and claim = $4`,
      [
        delivery.account,
        delivery.endpoint,
        delivery.event,
        delivery.claim,
        state,
        state === 'pending' ? nowMs + retryAfterMs(delivery.tries, random) : null,
        status,
        result.got === 'nothing' ? result.error : verdict === 'delivered' ? null : 'status_not_2xx',
        nowMs,
      ],
    )
  })
}

/** A try that was broken off by ourselves says nothing of the endpoint; it is due at once. */
export async function giveBack(pool: Pool, { account, endpoint, event, claim }: Delivery): Promise<void> {
  await pool.query(
    `update webhook_deliveries set claim = null, claimed_until_ms = null
     where account = $1 and endpoint = $2 and event = $3 and claim = $4`,
    [account, endpoint, event, claim],
  )
}

/** Writes nothing while all is well, so that a busy endpoint is no hot row. */
async function noteSuccess(tx: Tx, { account, endpoint }: Delivery): Promise<void> {
  await tx.query(
    `update webhook_endpoints set failures = 0, failing_since_ms = null, hold_until_ms = null
     where account = $1 and endpoint = $2 and failures > 0`,
    [account, endpoint],
  )
}

async function noteFailure(
  tx: Tx,
  { account, endpoint, mode, url }: Delivery,
  isGone: boolean,
  { nowMs, random, tellDisabled }: Settling,
): Promise<void> {
  const { rows } = await tx.query<{ failures: number; sinceMs: number; status: string }>({
    text: `update webhook_endpoints set failures = failures + 1, failing_since_ms = coalesce(failing_since_ms, $3)
      where account = $1 and endpoint = $2
      returning failures, failing_since_ms as "sinceMs", status`,
    values: [account, endpoint, nowMs],
    types: numericTypes,
  })
  const [state] = rows
  if (state === undefined || state.status === 'disabled') return
  if (isGone || isFailingTooLong(state.sinceMs, nowMs)) {
    const because = isGone ? 'gone' : 'failing'
    await tx.query(
      `update webhook_endpoints set status = 'disabled', disabled_because = $3, hold_until_ms = null
       where account = $1 and endpoint = $2`,
      [account, endpoint, because],
    )
    await tellDisabled(tx, { account, endpoint, mode, url, because })
    return
  }
  const holdMs = holdForMs(state.failures, random)
  if (holdMs === null) return
  await tx.query('update webhook_endpoints set hold_until_ms = $3 where account = $1 and endpoint = $2', [
    account,
    endpoint,
    nowMs + holdMs,
  ])
}
