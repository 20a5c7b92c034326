import { type Crypto, newId } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import type { EventObject, EventType } from './event-types.ts'

export interface NewEvent {
  readonly account: string
  readonly mode: Mode
  readonly type: EventType
  /** What it is about: the kind as the Stripe dialect names it, and the id. */
  readonly object: EventObject
  readonly id: string
  /** Unix milliseconds of the cause. */
  readonly atMs: number
  /** The changed fields as the dialect showed them before, where that is easy to tell. */
  readonly previousAttributes?: Readonly<Record<string, unknown>>
  /**
   * An id that follows from the cause (`evt_…`), for a cause that may be decided twice: the second time writes nothing.
   * Absent: a new one.
   */
  readonly eventId?: string
}

/**
 * Tells the world that something has happened, in the transaction in which it happens: both are there or neither.
 * Returns the event's id. One row is all that it costs; the object is rendered and handed to the webhook endpoints by
 * the publisher, a moment after COMMIT, so that no payment waits for that.
 */
export async function recordEvent(
  tx: Tx,
  event: NewEvent,
  crypto: Pick<Crypto, 'randomBytes'> = nodeCrypto,
): Promise<string> {
  const { account, mode, type, object, id, atMs, previousAttributes } = event
  const source = { wallMs: () => atMs, randomBytes: (length: number) => crypto.randomBytes(length) }
  const eventId = event.eventId ?? newId('evt', source)
  await tx.query(
    `insert into events (account, event, mode, type, object, object_id, previous_attributes, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      account,
      eventId,
      mode,
      type,
      object,
      id,
      previousAttributes === undefined ? null : JSON.stringify(previousAttributes),
      atMs,
    ],
  )
  return eventId
}
