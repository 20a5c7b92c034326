import {
  advanceIncrement,
  assert,
  type IncrementEvent,
  type IncrementReversalReason,
  mayBeIncremented,
  must,
  nextIncrementStep,
} from '@holdfast/core'
import type { AcquirerAnswer, MessageIdentity } from '../acquirer/acquirer-port.ts'
import type { IncrementPort } from '../acquirer/increment-port.ts'
import { retryDelayMs } from '../acquirer/retry-delay.ts'
import { isInDoubt } from '../authoriser/drive.ts'
import { type IncrementRow, saveIncrement } from '../increments/increment-row.ts'
import { settleIncrement } from '../increments/settle-increment.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { Moved, underFence } from './move-presentment.ts'
import { saleParts } from './original-sale.ts'
import { type PresentDrive, presentLimits } from './present-drive.ts'

export interface IncrementDrive extends Omit<PresentDrive, 'port'> {
  readonly port: IncrementPort
}

const STEPS_MAX = 8

/** Takes one increment as far as it goes now. Each step is made durable, and only then done. */
export async function driveIncrement(drive: IncrementDrive, start: IncrementRow): Promise<void> {
  const { world } = drive
  let row: IncrementRow | null = start
  for (let steps = 0; row !== null && steps < STEPS_MAX; steps += 1) {
    const payment = await paymentOf(drive, row)
    const nowMs = world.clock.wallMs()
    const isDoubted = row.increment.state === 'due' && (await isInDoubt(world, row))
    const step = nextIncrementStep(row.increment, world.profile, {
      isWanted: mayBeIncremented(payment.story),
      // What a lost database may have had held is counted, or the next one for it would be held on top.
      isAwaited: isDoubted || nowMs <= row.askBeforeMs,
      nowMs,
    })
    switch (step) {
      case 'ask':
        row = await ask(drive, row, { payment, isDoubted })
        break
      case 'give_up_answer':
        row = await move(drive, row, { type: 'no_answer', retryAtMs: nowMs })
        break
      case 'plan_reversal':
        row = await planReversal(
          drive,
          row,
          mayBeIncremented(payment.story) ? 'no_answer' : 'payment_canceled',
        )
        break
      case 'reverse':
        row = await reverse(drive, row, payment)
        break
      case 'cancel':
        row = await move(drive, row, { type: 'canceled', nowMs })
        break
      case 'wait':
        return
    }
  }
}

async function ask(
  drive: IncrementDrive,
  row: IncrementRow,
  { payment, isDoubted }: { readonly payment: PaymentRow; readonly isDoubted: boolean },
): Promise<IncrementRow | null> {
  const { world, port } = drive
  const nowMs = world.clock.wallMs()
  const isFirst = row.increment.state === 'due'
  // A lost database may have had it held, and this host would hold it twice.
  if (isDoubted && !world.profile.hostKnowsRrn) return move(drive, row, { type: 'canceled', nowMs })
  const parts = await saleParts(world, payment)
  if (typeof parts === 'string') {
    world.log.error({ increment: row.incrementId, why: parts }, 'more cannot be asked for')
    return isFirst ? move(drive, row, { type: 'canceled', nowMs }) : planReversal(drive, row, 'no_answer')
  }
  const limits = presentLimits(drive, nowMs)
  const stan = isFirst ? drive.nextStan() : ''
  if (limits === null || stan === null) return null
  const { sendBeforeMs } = limits
  const sent = await move(drive, row, { type: 'sent', stan, sendBeforeMs, nowMs })
  if (sent?.increment.state !== 'sent') return null
  const { repeats } = sent.increment.sending
  const { card, original } = parts
  const identity = identityOf(sent, payment, isDoubted || repeats > 0)
  return settle(drive, sent, await port.increase({ ...identity, card, original }, limits))
}

async function settle(
  drive: IncrementDrive,
  row: IncrementRow,
  answer: AcquirerAnswer,
): Promise<IncrementRow | null> {
  const { world } = drive
  const nowMs = world.clock.wallMs()
  assert(row.increment.state === 'sent', 'only what was sent is answered')
  const { repeats } = row.increment.sending
  const retryAtMs = nowMs + retryDelayMs(world.crypto, repeats)
  switch (answer.kind) {
    case 'approved': {
      const { responseCode, approvalCode, amountMinor } = answer
      if (amountMinor < row.amountMinor) return planReversal(drive, row, 'part_approved')
      return (
        (await move(drive, row, { type: 'approved', responseCode, approvalCode, nowMs })) ??
        planReversal(drive, row, 'payment_canceled')
      )
    }
    // Nobody decided, and the merchant decides whether to ask once more.
    case 'retry_later':
    case 'declined':
    case 'refused':
      return move(drive, row, { type: 'declined', responseCode: answer.responseCode, nowMs })
    case 'reversed':
      return move(drive, row, { type: 'reversed', nowMs })
    case 'not_sent':
      return move(drive, row, { type: 'not_sent', retryAtMs })
    case 'no_answer':
      return move(drive, row, { type: 'no_answer', retryAtMs })
  }
}

async function reverse(
  drive: IncrementDrive,
  row: IncrementRow,
  payment: PaymentRow,
): Promise<IncrementRow | null> {
  const { world, acquirer } = drive
  const { increment } = row
  assert(increment.state === 'reversing', 'only a planned reversal is sent')
  const { reversal, sending, why } = increment
  const limits = presentLimits(drive, world.clock.wallMs())
  if (limits === null) return null
  const { stan, transmittedAtMs } = reversal
  const answer = await acquirer.reverse(
    {
      ...identityOf(row, payment, reversal.tries > 0),
      stan,
      transmittedAtMs,
      pan: null,
      approvalCode: null,
      why: why === 'no_answer' ? 'no_answer' : 'customer',
      original: {
        advice: false,
        holds: true,
        stan: sending.stan,
        transmittedAtMs: sending.transmittedAtMs,
      },
    },
    limits,
  )
  const nowMs = world.clock.wallMs()
  const retryAtMs = nowMs + retryDelayMs(world.crypto, reversal.tries)
  return move(
    drive,
    row,
    answer.kind === 'reversed' ? { type: 'reversed', nowMs } : { type: 'reversal_unanswered', retryAtMs },
  )
}

async function planReversal(
  drive: IncrementDrive,
  row: IncrementRow,
  why: IncrementReversalReason,
): Promise<IncrementRow | null> {
  const stan = drive.nextStan()
  if (stan === null) return null
  return move(drive, row, { type: 'reversal_planned', why, stan, nowMs: drive.world.clock.wallMs() })
}

/** Under the fence of the link, together with all that follows from it; null when it moved on without this. */
async function move(
  drive: IncrementDrive,
  row: IncrementRow,
  event: IncrementEvent,
): Promise<IncrementRow | null> {
  const { world } = drive
  const increment = advanceIncrement(row.increment, event)
  if (increment === null) return null
  const moved = await underFence(drive, async (tx) => {
    if (event.type === 'approved' && !(await settleIncrement(tx, world, row))) throw new Moved()
    if (!(await saveIncrement(tx, row, increment))) throw new Moved()
    return true
  })
  if (moved === null) return null
  world.changes.notify(row.incrementId)
  return { ...row, increment }
}

async function paymentOf({ world }: IncrementDrive, row: IncrementRow): Promise<PaymentRow> {
  const { rows } = await world.store.payments(row.account, [row.paymentId])
  return must(rows[0], 'an increment is of a payment')
}

/** The same in every repeat. It happens when it is asked for, and not when its card was read. */
function identityOf(
  { increment, terminalId, rrn, createdMs, amountMinor, currency }: IncrementRow,
  { utcOffsetMin }: PaymentRow,
  repeat: boolean,
): MessageIdentity {
  assert('sending' in increment, 'what is sent is identified')
  const { stan, transmittedAtMs } = increment.sending
  return {
    repeat,
    terminalId,
    stan,
    rrn,
    transmittedAtMs,
    saleMs: createdMs,
    utcOffsetMin,
    money: { amountMinor, currency },
  }
}
