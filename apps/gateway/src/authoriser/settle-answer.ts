import { must, presentationOf } from '@holdfast/core'
import { ADVICE_REFUSED, RETRIES_USED_UP } from '../payments/attention.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import type { AcquirerAnswer } from '../acquirer/acquirer-port.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { type Drive, isInDoubt, type LateAnswer, record } from './drive.ts'
import { retryDelayMs } from '../acquirer/retry-delay.ts'

/** Twenty tries of the common table then reach over some hours, as an outage of an issuer does. */
const UNDECIDED_MAX_MS = 3_600_000

/** Writes down what an answer makes of the payment; null when it moved on without it or the link is somebody else's. */
export async function settleAnswer(
  drive: Drive,
  row: PaymentRow,
  number: number,
  answer: AcquirerAnswer,
  repeats: number,
): Promise<PaymentRow | null> {
  const { world } = drive
  const { host } = world.profile
  const nowMs = world.clock.wallMs()
  const retryAtMs = nowMs + retryDelayMs(world.crypto, repeats)
  switch (answer.kind) {
    case 'approved': {
      const { responseCode, approvalCode } = answer
      // No issuer promises more than it was asked for.
      const approvedMinor = Math.min(answer.amountMinor, row.story.money.amountMinor)
      if (approvedMinor < row.story.money.amountMinor && !host.partialApprovals) {
        const stan = drive.nextStan()
        // Without a number for its reversal the answer is as good as none: it is found out again.
        return record(
          drive,
          row,
          stan === null
            ? { type: 'no_answer', number, retryAtMs }
            : { type: 'part_refused', number, stan, nowMs },
        )
      }
      return record(drive, row, {
        type: 'approved',
        number,
        responseCode,
        approvalCode,
        approvedMinor,
        nowMs,
      })
    }
    case 'declined':
      return record(drive, row, {
        type: 'declined',
        number,
        responseCode: answer.responseCode,
        retryAtMs: null,
        nowMs,
      })
    case 'retry_later': {
      const { responseCode, triesMax, afterMs } = answer
      const asked = presentationOf(row.story, must(row.story.attempts[number - 1], 'it was answered'))
      const waits = asked <= triesMax ? row : { ...row, attention: RETRIES_USED_UP }
      const delay = { baseMs: Math.max(afterMs, 1), maxMs: Math.max(afterMs, UNDECIDED_MAX_MS) }
      const againAtMs = nowMs + Math.max(afterMs, retryDelayMs(world.crypto, asked, delay))
      return record(drive, waits, { type: 'declined', number, responseCode, retryAtMs: againAtMs, nowMs })
    }
    case 'refused': {
      const stan = (await mayStandAsAQuestion(world, row, number)) ? drive.nextStan() : null
      if (stan !== null)
        return record(drive, row, { type: 'reversal_planned', number, why: 'no_answer', stan, nowMs })
      // Only technically: the sale is done whatever the host says. After so many tries a human finds out why.
      const waits = repeats + 1 < host.adviceTriesMax ? row : { ...row, attention: ADVICE_REFUSED }
      return record(drive, waits, { type: 'no_answer', number, retryAtMs })
    }
    case 'not_sent':
      return record(drive, row, { type: 'not_sent', number, retryAtMs })
    case 'reversed':
      return record(drive, row, { type: 'found_reversed', number })
    case 'no_answer':
      return record(drive, row, { type: 'no_answer', number, retryAtMs })
  }
}

/**
 * A database that was lost may have asked for this try before its card decided by itself, and no host takes an advice
 * under the number of a question. Told anew after that is taken back, it goes under a number that no question had.
 */
async function mayStandAsAQuestion(world: GatewayWorld, row: PaymentRow, number: number): Promise<boolean> {
  const attempt = must(row.story.attempts[number - 1], 'it was answered')
  return presentationOf(row.story, attempt) === 1 && (await isInDoubt(world, row))
}

/** Takes a late answer for what it is while nobody knows what became of its message; else it changes nothing. */
export async function settleLate(drive: Drive, late: LateAnswer): Promise<'settled' | 'discarded'> {
  const { account, paymentId, number, stan, rrn, answer } = late
  if (answer.kind !== 'approved' && answer.kind !== 'declined' && answer.kind !== 'retry_later')
    return 'discarded'
  const { rows } = await drive.world.store.payments(account, [paymentId])
  const [row] = rows
  const attempt = row?.story.attempts[number - 1]
  if (row === undefined || attempt === undefined || !('rrn' in attempt)) return 'discarded'
  const isOpen = attempt.state === 'unknown' || attempt.state === 'sent'
  if (!isOpen || attempt.stan !== stan || attempt.rrn !== rrn) return 'discarded'
  const settled = await settleAnswer(drive, row, number, answer, attempt.repeats)
  return settled === null ? 'discarded' : 'settled'
}
