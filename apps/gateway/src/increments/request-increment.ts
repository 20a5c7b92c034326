import {
  approvedMinorOf,
  type IncrementRefusal,
  isIncrementOpen,
  mayBeIncremented,
  newId,
  refuseIncrement,
} from '@holdfast/core'
import { takesIncrements } from '@holdfast/iso8583'
import { readLinkWord } from '../acquirer/link-word.ts'
import { retrievalReference } from '../acquirer/retrieval-reference.ts'
import type { Scope } from '../database/scope.ts'
import type { Tx } from '../database/transaction.ts'
import type { NotesChange } from '../payments/payment-notes.ts'
import { lockPayment } from '../payments/payment-writes.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { type IncrementRow, incrementsOf, insertIncrement } from './increment-row.ts'

export type RequestedIncrement =
  | { readonly ok: true; readonly increment: IncrementRow }
  | {
      readonly ok: false
      readonly refusal: IncrementRefusal | 'resource_missing' | 'service_unavailable'
      readonly payment: PaymentRow | null
    }

/**
 * Writes down that a merchant wants so much held in all, minor units; the owner of the link asks. What it is asked by
 * follows from the payment and the two totals, so that a restored gateway which is asked for the same asks by the same.
 */
export async function requestIncrement(
  tx: Tx,
  world: GatewayWorld,
  { account, mode, paymentId }: Scope & { readonly paymentId: string },
  { totalMinor, notes }: { readonly totalMinor: number; readonly notes: NotesChange },
): Promise<RequestedIncrement> {
  const payment = await lockPayment(tx, account, paymentId)
  if (payment === null || payment.mode !== mode)
    return { ok: false, refusal: 'resource_missing', payment: null }
  const { story, link, terminalId, asOf } = payment
  const before = await incrementsOf(tx, { account, paymentId })
  const fromMinor = approvedMinorOf(story)
  const parent = {
    isEligible: mayBeIncremented(story) && (await isTaken(world, payment)),
    authorisedMinor: fromMinor,
    asked: before.length,
    isOneOpen: before.some(({ increment }) => isIncrementOpen(increment) || increment.state === 'reversing'),
  }
  const refusal = refuseIncrement(parent, totalMinor)
  if (refusal !== null) return { ok: false, refusal, payment }
  const nowMs = world.clock.wallMs()
  // Nobody could ask now, and nobody waits until somebody can.
  if ((await readLinkWord(tx, link, nowMs)).state !== 'up')
    return { ok: false, refusal: 'service_unavailable', payment }
  const amountMinor = totalMinor - fromMinor
  const again = before.filter((other) => other.fromMinor === fromMinor && other.amountMinor === amountMinor)
  const step = {
    paymentId,
    attemptId: `increment/${fromMinor}/${totalMinor}`,
    presentation: again.length + 1,
  }
  const increment: IncrementRow = {
    account,
    incrementId: newId('inc', idSourceOf(world)),
    mode,
    paymentId,
    link,
    terminalId,
    currency: story.money.currency,
    fromMinor,
    amountMinor,
    rrn: await retrievalReference(world.crypto, step),
    notes,
    askBeforeMs: nowMs + world.profile.answerTimeoutMs,
    // In doubt as its payment is: a lost database may have asked for this very step.
    asOf,
    createdMs: nowMs,
    increment: { state: 'due', dueMs: nowMs },
  }
  await insertIncrement(tx, increment)
  return { ok: true, increment }
}

/** What a lost database may have asked is asked again only where the host knows it again by the RRN alone. */
async function isTaken({ profile, store }: GatewayWorld, { asOf }: PaymentRow): Promise<boolean> {
  if (!takesIncrements(profile.host)) return false
  return profile.hostKnowsRrn || asOf >= (await store.generation())
}
