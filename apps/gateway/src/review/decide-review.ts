import { must } from '@holdfast/core'
import { openRecord, type SealedRecord } from '@holdfast/envelope'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow, ParkedRecord, PaymentRow } from '../store/gateway-store.ts'
import { commitDecision, refused, wordOf } from './commit-decision.ts'
import { decideRest, hasWaitingPayments } from './decide-rest.ts'
import { decideWaiting } from './decide-waiting.ts'
import { rejectParked } from './reject-parked.ts'
import { releaseParked } from './release-parked.ts'
import { wordsForRecords } from './words-for.ts'
import type { Reviewed, ReviewDecision } from './review-decision.ts'

export interface ReviewSubject {
  readonly account: string
  readonly paymentId: string
  /** Needed only where several devices have records of this payment that wait. */
  readonly deviceId?: string
}

/**
 * One decision about one payment: about its records that were set aside, else about itself, where nobody else decides it
 * any more. What it changes, who said so, and what the device hears are one commit.
 */
export async function decideReview(
  world: GatewayWorld,
  subject: ReviewSubject,
  decision: ReviewDecision,
): Promise<Reviewed> {
  const { account, paymentId } = subject
  const parked = await world.store.parkedRecords(account, subject)
  const { rows, voids } = await world.store.payments(account, [paymentId])
  const row = rows[0] ?? null
  const waiting = parked.filter((record) => record.decision === null)
  const deviceIds = new Set(waiting.map(({ deviceId }) => deviceId))
  if (deviceIds.size > 1) return refused('review_device_needed')
  const [deviceId] = deviceIds
  if (deviceId === undefined)
    return (await decideWaiting(world, row, decision)) ?? decidedBefore(parked, row, decision)
  if (waiting.some(({ parkedCode }) => !wordsForRecords(parkedCode).includes(decision.decide)))
    return refused('review_not_releasable')
  const device = must(await world.store.device(deviceId), 'a record has a device')
  const records = await reopened(world, device, waiting)
  const made =
    decision.decide === 'release'
      ? await releaseParked(world, { device, records, row, voids })
      : await rejectParked(world, { device, records, row, voids }, decision.note)
  if ('parked' in made) return refused(made.parked)
  const { parkedCode: waitedFor } = must(waiting[0], 'something waits')
  const hashes = waiting.map(({ hash }) => hash)
  const about = { account, deviceId, paymentId, waitedFor }
  const reviewed = await commitDecision(world, made, about, wordOf(decision, hashes))
  if (reviewed.result === 'decided' && !(await hasWaitingPayments(world, device)))
    await decideRest(world, device, decision, { unread: false })
  return reviewed
}

/** What cannot be opened as a record of the device does nothing to its payment; it is only decided on. */
async function reopened(
  world: GatewayWorld,
  { account, mode, deviceId, keys }: DeviceRow,
  waiting: readonly ParkedRecord[],
): Promise<SealedRecord[]> {
  const owner = { account, mode, device: deviceId, keys }
  const opened = await Promise.all(waiting.map(({ wire }) => openRecord(world.crypto, owner, wire)))
  return opened.flatMap((result) => (result.ok ? [result.record] : []))
}

/** What to answer when nothing waits any more. */
function decidedBefore(
  parked: readonly ParkedRecord[],
  row: PaymentRow | null,
  { decide }: ReviewDecision,
): Reviewed {
  const said = decide === 'release' ? 'released' : 'rejected'
  if (parked.length > 0)
    return parked.every(({ decision }) => decision === said)
      ? { result: 'decided_before' }
      : refused('review_decided_otherwise')
  return refused(row === null ? 'not_found' : 'review_nothing_waits')
}
