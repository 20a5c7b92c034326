import {
  advancePresentment,
  type IdSource,
  must,
  type Presentment,
  type PresentmentEvent,
} from '@holdfast/core'
import { idSourceOf } from '../world/gateway-world.ts'
import { answerToldTip } from '../captures/answer-tip.ts'
import { transaction, type Tx } from '../database/transaction.ts'
import { releaseWaitingRefunds } from '../refunds/settle-waiting.ts'
import { Conflict, holdFence } from '../store/commit-changes.ts'
import { acceptPresentment } from './accept-presentment.ts'
import { endRefund } from './end-refund.ts'
import type { PresentDrive } from './present-drive.ts'
import {
  type KnownPresentment,
  type PresentmentRow,
  savePresentment,
} from '../presentments/presentment-row.ts'

/**
 * Under the fence of the link, together with all that follows from it; null when it moved on without this, or when the
 * link is somebody else's.
 */
export async function movePresentment(
  drive: PresentDrive,
  row: KnownPresentment,
  event: PresentmentEvent,
): Promise<KnownPresentment | null> {
  const { world } = drive
  const next = advancePresentment(row.presentment, event)
  if (next === null) return null
  const moved = await underFence(drive, async (tx) => {
    if (row.presentment.state === 'due' && next.state === 'sent') await collect(tx, row, world.clock.wallMs())
    if (!(await savePresentment(tx, row, next))) throw new Moved()
    if (next.state === 'accepted') await acceptPresentment(tx, world, row, next)
    if (next.state === 'needs_attention' && row.subjectKind === 'tip')
      await releaseRefunds(tx, row, idSourceOf(world))
    if (next.state === 'declined')
      await endRefund(tx, row, { type: 'refused', atMs: next.endedMs }, idSourceOf(world))
    return { tillOfTip: row.subjectKind === 'tip' ? await answerTill(tx, world, row, next) : null }
  })
  if (moved === null) return null
  if (moved.tillOfTip !== null) world.changes.notify(moved.tillOfTip)
  return { ...row, presentment: next }
}

/** The till that wrote the tip in hears the end of it; null while there is none. */
async function answerTill(
  tx: Tx,
  world: PresentDrive['world'],
  tip: PresentmentRow,
  { state }: Presentment,
): Promise<string | null> {
  if (state === 'accepted') return answerToldTip(tx, world, tip, null)
  return state === 'needs_attention' ? answerToldTip(tx, world, tip, 'tip_refused') : null
}

/** Null, and nothing written, when the link is somebody else's or the row is no longer what it was. */
export async function underFence<Result>(
  { pool, world, ownership: own }: Omit<PresentDrive, 'port'>,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result | null> {
  const ownership = own()
  if (ownership === null) return null
  try {
    return await transaction(pool, async (tx) => {
      await holdFence(tx, { link: world.profile.link, generation: ownership.generation })
      return work(tx)
    })
  } catch (error) {
    if (error instanceof Moved || error instanceof Conflict) return null
    throw error
  }
}

/** They waited for the final amount; the sale stands without its tip, for as long as nobody tells it again. */
async function releaseRefunds(
  tx: Tx,
  { account, mode, paymentId }: PresentmentRow,
  ids: IdSource,
): Promise<void> {
  await releaseWaitingRefunds(tx, { account, mode, paymentId: must(paymentId, 'a tip is of a payment') }, ids)
}

/** Somebody else was faster: takes back what the transaction has written. */
export class Moved extends Error {}

/** From here on no void takes it back: it is a refund. Whoever was first wins, the void or this. */
async function collect(
  tx: Tx,
  { account, paymentId, subjectKind }: PresentmentRow,
  nowMs: number,
): Promise<void> {
  if (subjectKind === 'refund') return
  const { rowCount } = await tx.query(
    `update payments set collected_ms = coalesce(collected_ms, $3), version = version + 1
     where account = $1 and payment = $2 and word = 'accepted'`,
    [account, paymentId, nowMs],
  )
  if (rowCount !== 1) throw new Moved()
}
