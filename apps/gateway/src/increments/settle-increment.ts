import { advance, must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writeNotes } from '../payments/payment-notes.ts'
import { lockPayment, writeStory } from '../payments/payment-writes.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { IncrementRow } from './increment-row.ts'

/**
 * What follows when the issuer holds more, in the same transaction: the payment counts it, says what was said with it, and
 * the world is told. False, and nothing written, when a void was first: whoever locks the payment first wins.
 */
export async function settleIncrement(
  tx: Tx,
  world: GatewayWorld,
  { account, mode, incrementId, paymentId: id, amountMinor: byMinor, notes }: IncrementRow,
): Promise<boolean> {
  const payment = must(await lockPayment(tx, account, id), 'an increment is of a payment')
  const counted = advance(payment.story, { type: 'incremented', byMinor })
  if ('refusal' in counted) return false
  await writeStory(tx, world, payment, counted.story)
  const atMs = world.clock.wallMs()
  if (Object.keys(notes).length > 0) {
    const noted = await writeNotes(tx, { account, mode }, id, notes, { nowMs: atMs })
    // Metadata that has come meanwhile may leave no room for more; the hold stands all the same.
    if (!noted.ok) world.log.info({ increment: incrementId }, 'what was said with an increment does not fit')
  }
  const event = { account, mode, id, atMs, object: 'payment_intent' } as const
  await recordEvent(tx, { ...event, type: 'payment_intent.amount_capturable_updated' })
  return true
}
