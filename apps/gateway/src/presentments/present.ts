import { advancePresentment, must, type PresentmentEvent } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Drive } from '../authoriser/drive.ts'
import { retryDelayMs } from '../authoriser/retry-delay.ts'
import { transaction, type Tx } from '../database/transaction.ts'
import { Conflict, holdFence } from '../store/commit-changes.ts'
import { acceptPresentment } from './accept-presentment.ts'
import { saleParts } from './original-sale.ts'
import type { PresentmentAnswer, PresentmentPort } from './presentment-port.ts'
import { type PresentmentRow, savePresentment } from './presentment-row.ts'

export interface PresentDrive extends Drive {
  readonly pool: Pool
  readonly port: PresentmentPort
}

/** Takes one presentment as far as it goes now. Each step is made durable, and only then done. */
export async function present(drive: PresentDrive, start: PresentmentRow): Promise<void> {
  const { world, port } = drive
  const nowMs = world.clock.wallMs()
  let row: PresentmentRow | null = start
  if (row.presentment.state === 'sent') {
    // Its sender is gone, and nothing can leave for it any more: the answer is unknown.
    row = await move(drive, row, { type: 'no_answer', retryAtMs: nowMs })
    if (row === null) return
  }
  const payment = (await world.store.payments(row.account, [row.paymentId])).rows[0]
  const parts = payment === undefined ? 'approval_gone' : await saleParts(world, payment)
  if (typeof parts === 'string') {
    // A void that was first takes it along with its capture; of anything else a human has to know.
    if (payment?.story.word.said !== 'voided') await move(drive, row, { type: 'given_up', why: parts })
    return
  }
  const ownership = drive.ownership()
  const stan = row.presentment.state === 'due' ? drive.nextStan() : ''
  if (ownership === null || stan === null) return
  const { answerTimeoutMs, sendWithinMs } = world.profile
  const sendBeforeMs = Math.min(nowMs + sendWithinMs, ownership.untilMs)
  const sent = await move(drive, row, { type: 'sent', stan, sendBeforeMs, nowMs })
  if (sent?.presentment.state !== 'sent') return
  const { sending } = sent.presentment
  const { terminalId, amountMinor, currency } = sent
  const message = {
    repeat: sending.repeats > 0,
    terminalId,
    stan: sending.stan,
    transmittedAtMs: sending.transmittedAtMs,
    money: { amountMinor, currency },
    ...parts,
  }
  const limits = { timeoutMs: answerTimeoutMs, sendBeforeMs }
  const answer =
    sent.message === 'upload'
      ? await port.upload(
          { ...message, batchNumber: must(sent.batchNumber, 'an upload is of a batch') },
          limits,
        )
      : await port.complete(message, limits)
  await settle(drive, sent, answer)
}

async function settle(drive: PresentDrive, row: PresentmentRow, answer: PresentmentAnswer): Promise<void> {
  const { world } = drive
  const nowMs = world.clock.wallMs()
  const repeats = row.presentment.state === 'sent' ? row.presentment.sending.repeats : 0
  const retryAtMs = nowMs + retryDelayMs(world.crypto, repeats)
  switch (answer.kind) {
    case 'accepted':
      await move(drive, row, { type: 'accepted', responseCode: answer.responseCode, nowMs })
      return
    case 'refused': {
      const { adviceTriesMax: triesMax } = world.profile.host
      const { responseCode } = answer
      await move(drive, row, { type: 'refused', responseCode, retryAtMs, triesMax })
      return
    }
    case 'not_sent':
    case 'no_answer':
      await move(drive, row, { type: 'no_answer', retryAtMs })
  }
}

/** Under the fence of the link; null when it moved on without this, or when the link is somebody else's. */
async function move(
  drive: PresentDrive,
  row: PresentmentRow,
  event: PresentmentEvent,
): Promise<PresentmentRow | null> {
  const { pool, world } = drive
  const ownership = drive.ownership()
  const next = advancePresentment(row.presentment, event)
  if (ownership === null || next === null) return null
  try {
    await transaction(pool, async (tx) => {
      await holdFence(tx, { link: world.profile.link, generation: ownership.generation })
      if (row.presentment.state === 'due' && next.state === 'sent')
        await collect(tx, row, world.clock.wallMs())
      if (!(await savePresentment(tx, row, next))) throw new Moved()
      if (next.state === 'accepted') await acceptPresentment(tx, world, row, next)
    })
  } catch (error) {
    if (error instanceof Moved || error instanceof Conflict) return null
    throw error
  }
  return { ...row, presentment: next }
}

class Moved extends Error {}

/** From here on no void takes it back: it is a refund. Whoever was first wins, the void or this. */
async function collect(
  tx: Tx,
  { account, paymentId, subjectKind }: PresentmentRow,
  nowMs: number,
): Promise<void> {
  if (subjectKind !== 'capture') return
  const { rowCount } = await tx.query(
    `update payments set collected_ms = coalesce(collected_ms, $3), version = version + 1
     where account = $1 and payment = $2 and word = 'accepted'`,
    [account, paymentId, nowMs],
  )
  if (rowCount !== 1) throw new Moved()
}
