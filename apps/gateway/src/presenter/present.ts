import { must } from '@holdfast/core'
import { retryDelayMs } from '../acquirer/retry-delay.ts'
import { movePresentment } from './move-presentment.ts'
import { saleParts } from './original-sale.ts'
import { presentRefund } from './present-refund.ts'
import { type PresentDrive, presentLimits } from './present-drive.ts'
import type { PresentmentAnswer } from '../acquirer/presentment-port.ts'
import type { KnownPresentment } from '../presentments/presentment-row.ts'

/** Takes one presentment as far as it goes now. Each step is made durable, and only then done. */
export async function present(drive: PresentDrive, start: KnownPresentment): Promise<void> {
  const nowMs = drive.world.clock.wallMs()
  // Its sender is gone, and nothing can leave for it any more: the answer is unknown.
  const row =
    start.presentment.state === 'sent'
      ? await movePresentment(drive, start, { type: 'no_answer', retryAtMs: nowMs })
      : start
  if (row === null) return
  await (row.subjectKind === 'refund' ? presentRefund(drive, row) : presentCapture(drive, row))
}

async function presentCapture(drive: PresentDrive, row: KnownPresentment): Promise<void> {
  const { world, port } = drive
  const nowMs = world.clock.wallMs()
  const paymentId = must(row.paymentId, 'a capture is of a payment')
  const payment = (await world.store.payments(row.account, [paymentId])).rows[0]
  const parts = payment === undefined ? 'approval_gone' : await saleParts(world, payment)
  if (typeof parts === 'string') {
    // A void that was first takes it along with its capture; of anything else a human has to know.
    if (payment?.story.word.said !== 'voided')
      await movePresentment(drive, row, { type: 'stuck', why: parts })
    return
  }
  const limits = presentLimits(drive, nowMs)
  const stan = row.presentment.state === 'due' ? drive.nextStan() : ''
  if (limits === null || stan === null) return
  const { sendBeforeMs } = limits
  const sent = await movePresentment(drive, row, { type: 'sent', stan, sendBeforeMs, nowMs })
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
  const answer =
    sent.message === 'upload'
      ? await port.upload(
          { ...message, batchNumber: must(sent.batchNumber, 'an upload is of a batch') },
          limits,
        )
      : await port.complete(message, limits)
  await settle(drive, sent, answer)
}

async function settle(drive: PresentDrive, row: KnownPresentment, answer: PresentmentAnswer): Promise<void> {
  const { world } = drive
  const nowMs = world.clock.wallMs()
  const repeats = row.presentment.state === 'sent' ? row.presentment.sending.repeats : 0
  const retryAtMs = nowMs + retryDelayMs(world.crypto, repeats)
  switch (answer.kind) {
    case 'accepted':
      await movePresentment(drive, row, { type: 'accepted', responseCode: answer.responseCode, nowMs })
      return
    case 'refused': {
      const { responseCode } = answer
      // Without its tip the sale stands as it was: a host that says no is asked by a person, and not again by itself.
      const triesMax = row.subjectKind === 'tip' ? 1 : world.profile.host.adviceTriesMax
      await movePresentment(drive, row, { type: 'refused', responseCode, retryAtMs, triesMax })
      return
    }
    case 'not_sent':
    case 'no_answer':
      await movePresentment(drive, row, { type: 'no_answer', retryAtMs })
  }
}
