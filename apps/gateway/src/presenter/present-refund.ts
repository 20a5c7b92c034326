import { assert, must } from '@holdfast/core'
import type { MessageIdentity } from '../acquirer/acquirer-port.ts'
import { isInDoubt } from '../authoriser/drive.ts'
import { retrievalReference } from '../acquirer/retrieval-reference.ts'
import { retryDelayMs } from '../acquirer/retry-delay.ts'
import { joinBatch } from '../batches/join-batch.ts'
import { idSourceOf } from '../world/gateway-world.ts'
import { OUTCOME_LOST } from '../payments/attention.ts'
import { movePresentment, underFence } from './move-presentment.ts'
import { type PresentDrive, presentLimits } from './present-drive.ts'
import type { RefundAnswer, RefundMessage } from '../acquirer/presentment-port.ts'
import type { KnownPresentment } from '../presentments/presentment-row.ts'
import { refundParts } from './refund-parts.ts'

/**
 * Asks the acquirer to pay a refund: by 0200 where the host captures, and by the batch where the terminal does. Without an
 * answer it is asked again by the same ids, or taken back first where the host would pay a repeat twice.
 */
export async function presentRefund(drive: PresentDrive, row: KnownPresentment): Promise<void> {
  const { host } = drive.world.profile
  const { state } = row.presentment
  if (state === 'reversing') {
    await takeBack(drive, row)
    return
  }
  if (row.message === 'refund' && host.settlement === 'terminal_capture') {
    await leaveToBatch(drive, row)
    return
  }
  // The host takes what a batch tells it once, by its original, whatever it does with repeats of requests.
  if (state === 'unknown' && row.message === 'refund' && !host.hostDeduplicates) {
    const stan = drive.nextStan()
    if (stan === null) return
    const planned = { type: 'reversal_planned', stan, nowMs: drive.world.clock.wallMs() } as const
    const reversing = await movePresentment(drive, row, planned)
    if (reversing !== null) await takeBack(drive, reversing)
    return
  }
  await ask(drive, row)
}

/** 0320 of one that is paid, for a host that counts otherwise; it says again what the first message said. */
export async function detailRefund(
  drive: PresentDrive,
  row: KnownPresentment,
  batchNumber: string,
): Promise<void> {
  const { world, port } = drive
  const parts = await refundParts(drive, row)
  const nowMs = world.clock.wallMs()
  const limits = presentLimits(drive, nowMs)
  const stan = drive.nextStan()
  if (typeof parts === 'string' || limits === null || stan === null) return
  const identity = await identityOf(drive, row)
  const mti = row.message === 'upload' ? '0320' : '0200'
  const original = { mti, stan: identity.stan, transmittedAtMs: identity.transmittedAtMs } as const
  const message = {
    ...identity,
    ...parts,
    repeat: false,
    stan,
    transmittedAtMs: nowMs,
    batchNumber,
    original,
  }
  await port.uploadRefund(message, limits)
}

async function ask(drive: PresentDrive, row: KnownPresentment): Promise<void> {
  const { world, port } = drive
  const nowMs = world.clock.wallMs()
  const isDoubted = row.presentment.state === 'due' && (await isInDoubt(world, row))
  // A lost database may have had it paid, and this host would not know it again.
  if (isDoubted && (row.message === 'upload' || !world.profile.hostKnowsRrn)) {
    await movePresentment(drive, row, { type: 'stuck', why: OUTCOME_LOST })
    return
  }
  const parts = await refundParts(drive, row)
  if (typeof parts === 'string') {
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
  const identity = await identityOf(drive, sent)
  const message: RefundMessage = { ...identity, ...parts, repeat: isDoubted || sending.repeats > 0 }
  const { transmittedAtMs } = sending
  const original = { mti: '0320', stan: sending.stan, transmittedAtMs } as const
  const answer =
    sent.message === 'upload'
      ? await port.uploadRefund(
          { ...message, original, batchNumber: must(sent.batchNumber, 'an upload is of a batch') },
          limits,
        )
      : await port.refund(message, limits)
  await settle(drive, sent, answer)
}

async function settle(drive: PresentDrive, row: KnownPresentment, answer: RefundAnswer): Promise<void> {
  assert(row.presentment.state === 'sent', 'only what was sent is answered')
  const { world } = drive
  const nowMs = world.clock.wallMs()
  const { repeats, presentation } = row.presentment.sending
  switch (answer.kind) {
    case 'accepted':
    case 'declined':
      await movePresentment(drive, row, { type: answer.kind, responseCode: answer.responseCode, nowMs })
      return
    case 'undecided': {
      const retryAtMs = nowMs + answer.afterMs + retryDelayMs(world.crypto, presentation)
      await movePresentment(drive, row, { type: 'undecided', retryAtMs })
      return
    }
    case 'not_sent':
    case 'no_answer':
      await movePresentment(drive, row, {
        type: 'no_answer',
        retryAtMs: nowMs + retryDelayMs(world.crypto, repeats),
      })
  }
}

async function takeBack(drive: PresentDrive, row: KnownPresentment): Promise<void> {
  assert(row.presentment.state === 'reversing', 'only what is taken back')
  const { world, port } = drive
  const { reversal, sending } = row.presentment
  const limits = presentLimits(drive, world.clock.wallMs())
  if (limits === null) return
  const identity = await identityOf(drive, row)
  const said = await port.takeBack(
    {
      ...identity,
      repeat: reversal.tries > 0,
      stan: reversal.stan,
      transmittedAtMs: reversal.transmittedAtMs,
      original: { stan: sending.stan, transmittedAtMs: sending.transmittedAtMs },
    },
    limits,
  )
  const nowMs = world.clock.wallMs()
  const retryAtMs = nowMs + retryDelayMs(world.crypto, reversal.tries)
  await movePresentment(
    drive,
    row,
    said === 'taken_back' ? { type: 'reversed', nowMs } : { type: 'reversal_unanswered', retryAtMs },
  )
}

/** It waits there until the terminal's batch closes. */
async function leaveToBatch(drive: PresentDrive, row: KnownPresentment): Promise<void> {
  await underFence(drive, async (tx) => {
    const batchId = await joinBatch(tx, row, idSourceOf(drive.world))
    await tx.query(
      `update presentments set message = 'upload', batch = $3, due_ms = null
       where account = $1 and presentment = $2 and state = 'due' and message = 'refund'`,
      [row.account, row.presentmentId, batchId],
    )
  })
}

/** The same in every repeat. Time and reference follow from nothing that a database could forget. */
async function identityOf(
  { world }: PresentDrive,
  { subject, terminalId, amountMinor, currency, presentment, createdMs }: KnownPresentment,
): Promise<Omit<MessageIdentity, 'repeat'>> {
  assert('sending' in presentment && presentment.sending !== null, 'what is sent is identified')
  const { presentation, stan, transmittedAtMs } = presentment.sending
  const asked = { paymentId: subject, attemptId: 'refund', presentation }
  return {
    terminalId,
    stan,
    rrn: await retrievalReference(world.crypto, asked),
    transmittedAtMs,
    saleMs: createdMs,
    // Nobody stands at a till: UTC is as good as the clock of a shop.
    utcOffsetMin: 0,
    money: { amountMinor, currency },
  }
}
