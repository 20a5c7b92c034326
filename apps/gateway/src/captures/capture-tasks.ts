import { approvedMinorOf, claimedAttempt, must, statusOf } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { reverseCapture } from '../ledger/reverse-capture.ts'
import { taskOfPayment } from '../money/money-task.ts'
import { type TaskEnd, type TaskHandlers, wakeTasks } from '../money/money-worker.ts'
import { writeTasks } from '../money/write-tasks.ts'
import { lockPayment } from '../payments/payment-writes.ts'
import { cancelPresentment, cancelTip, retipPresentment } from '../presentments/cancel-presentment.ts'
import { refundVoided } from '../refunds/refund-tasks.ts'
import { failWaitingRefunds } from '../refunds/settle-waiting.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { answerTip } from './answer-tip.ts'
import { cancelPayment } from './cancel-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { type CaptureRow, endCapture, retipCapture, standingCapture } from './capture-row.ts'
import { isTakenByApproval, openCapture } from './open-capture.ts'
import { type TipRefusal, tellTip } from './tell-tip.ts'

const DONE: TaskEnd = { do: 'done' }
/** It is woken when its payment is decided; this is for a payment that never comes. */
const WAIT_MS = 60_000
/** A void waits for the answer to a tip that is out: what is given back is what was taken. */
const TIP_OUT_MS = 1_000

/** A device's capture waits until it is known how much is held. */
const INCREMENT_OUT_MS = 1_000

/** What captures have to do with what payments hand over. */
export function captureTasks(world: GatewayWorld): TaskHandlers {
  const nowMs = () => world.clock.wallMs()
  const waiting = (): TaskEnd => ({ do: 'wait', untilMs: nowMs() + WAIT_MS })

  return {
    async approved(tx, { account, paymentId }) {
      const row = must(await lockPayment(tx, account, paymentId), 'an approval is of a payment')
      await wakeTasks(tx, { account, paymentId }, nowMs())
      const status = statusOf(row.story)
      if (status === 'requires_capture') {
        const attempt = must(claimedAttempt(row.story), 'an approved payment has its approval')
        const approvedMs = attempt.state === 'approved' ? attempt.answeredAtMs : nowMs()
        const dueMs = approvedMs + world.profile.host.captureWithinMs
        await writeTasks(tx, [
          taskOfPayment({ account, paymentId }, 'capture_expiry', { nowMs: nowMs(), dueMs }),
        ])
        return DONE
      }
      // Voided meanwhile: there is a task for that too.
      if (status !== 'succeeded' || (await standingCapture(tx, { account, paymentId })) !== null) return DONE
      const approvedMinor = approvedMinorOf(row.story)
      const { tipMinor } = tipOf(row)
      const isTaken = isTakenByApproval(world, row)
      const take = (withIt: number) =>
        openCapture(tx, world, row, { amountMinor: approvedMinor + withIt, tipMinor: withIt })
      let opened = await take(isTaken ? 0 : tipMinor)
      const isTipTooMuch = opened === 'tip_above_tolerance'
      // The goods are gone: the sale is captured all the same, as it was approved.
      if (isTipTooMuch) opened = await take(0)
      if (typeof opened === 'string') return { do: 'park', code: opened }
      if (isTipTooMuch) return setAside(tx, opened, { tipMinor, code: 'tip_above_tolerance' })
      if (!isTaken) return DONE
      const refusal = await tellTip(tx, world, opened, { amountMinor: approvedMinor + tipMinor })
      return refusal === null ? DONE : setAside(tx, opened, { tipMinor, code: refusal })
    },

    async tip(tx, { account, paymentId, work }) {
      const row = await lockPayment(tx, account, paymentId)
      if (row === null) return waiting()
      if (row.deviceId !== work.deviceId) return { do: 'park', code: 'payment_terms_mismatch' }
      const capture = await standingCapture(tx, { account, paymentId })
      // The tip that stands in the payment is taken along with its capture, whichever comes first.
      if (capture === null) return DONE
      // What was captured by hand has its final amount, and the payment hears of no tip any more.
      if (row.story.capturedMinor !== undefined && capture.tipMinor !== work.tipMinor)
        return setAside(tx, capture, { tipMinor: work.tipMinor, code: 'tip_after_capture' })
      return retip(tx, row, capture)
    },

    async capture_request(tx, { account, paymentId, work }) {
      const row = await lockPayment(tx, account, paymentId)
      if (row === null) return waiting()
      if (row.deviceId !== work.deviceId) return { do: 'park', code: 'payment_terms_mismatch' }
      const status = statusOf(row.story)
      if (status === 'processing' || status === 'requires_payment_method') return waiting()
      if (status === 'declined' || status === 'canceled') return DONE
      const { amountMinor } = work
      const captured = await capturePayment(tx, world, { account, paymentId }, { amountMinor })
      if (captured.ok) return DONE
      if (captured.refusal === 'increment_in_flight')
        return { do: 'wait', untilMs: nowMs() + INCREMENT_OUT_MS }
      const known = await standingCapture(tx, { account, paymentId })
      return known?.amountMinor === amountMinor ? DONE : { do: 'park', code: captured.refusal }
    },

    async voided(tx, { account, paymentId }) {
      const row = must(await lockPayment(tx, account, paymentId), 'a void that is told is of a payment')
      const capture = await standingCapture(tx, { account, paymentId })
      if (row.story.word.said === 'voided')
        await failWaitingRefunds(tx, { account, mode: row.mode, paymentId }, idSourceOf(world))
      if (capture === null) return DONE
      if ((await cancelTip(tx, capture)) === 'waits') return { do: 'wait', untilMs: nowMs() + TIP_OUT_MS }
      if (row.story.collectedMs !== undefined) {
        const refused = await refundVoided(tx, world, capture)
        return refused === null ? DONE : { do: 'park', code: refused }
      }
      // The authoriser reverses the approval; here goes what was to be told of it, and what the books say of it.
      const wasPosted = capture.state === 'presented'
      if (!wasPosted) await cancelPresentment(tx, capture)
      await endCapture(tx, capture, 'canceled', nowMs())
      if (wasPosted) await reverseCapture(tx, { ...capture, atMs: nowMs() })
      return DONE
    },

    async capture_expiry(tx, { account, paymentId }) {
      const row = must(await lockPayment(tx, account, paymentId), 'an approval is of a payment')
      if (statusOf(row.story) !== 'requires_capture') return DONE
      // A database that was lost may have captured it.
      if (row.asOf < (await world.store.generation())) return { do: 'park', code: 'outcome_lost' }
      await cancelPayment(tx, world, { account, paymentId }, 'expired')
      const { number } = must(claimedAttempt(row.story), 'what waits for its capture was approved')
      const { chargeId } = must(row.details[number - 1], 'every attempt has its details')
      const { mode } = row
      const atMs = nowMs()
      await recordEvent(tx, { account, mode, type: 'charge.expired', object: 'charge', id: chargeId, atMs })
      return DONE
    },
  }

  async function retip(tx: Tx, row: PaymentRow, capture: CaptureRow): Promise<TaskEnd> {
    const { tipMinor } = tipOf(row)
    const amountMinor = capture.amountMinor - capture.tipMinor + tipMinor
    if (isTakenByApproval(world, row)) {
      const refusal = await tellTip(tx, world, capture, { amountMinor })
      return refusal === null ? DONE : setAside(tx, capture, { tipMinor, code: refusal })
    }
    if (capture.tipMinor === tipMinor) return DONE
    if (amountMinor > capture.limitMinor)
      return setAside(tx, capture, { tipMinor, code: 'tip_above_tolerance' })
    const moved =
      capture.state === 'due' &&
      (await retipPresentment(tx, capture, 'capture', amountMinor)) &&
      (await retipCapture(tx, capture, { amountMinor, tipMinor }))
    return moved ? DONE : setAside(tx, capture, { tipMinor, code: 'tip_after_capture' })
  }

  /** For a person to look at, and the till hears of it. */
  async function setAside(
    tx: Tx,
    capture: CaptureRow,
    tip: { readonly tipMinor: number; readonly code: TipRefusal },
  ): Promise<TaskEnd> {
    const device = await answerTip(tx, world, capture, tip)
    const committed = () => Promise.resolve(world.changes.notify(device))
    return { do: 'park', code: tip.code, committed }
  }
}

/** Of a part, all that was approved goes to the sale itself (MC3). */
function tipOf({ story }: PaymentRow): { readonly tipMinor: number } {
  const isPart = approvedMinorOf(story) < story.money.amountMinor
  return { tipMinor: isPart ? 0 : (story.tipMinor ?? 0) }
}
