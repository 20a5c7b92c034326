import { sleep } from '@holdfast/core'
import {
  type AttemptStatement,
  type ErrorCode,
  isErrorCode,
  type OfflineReason,
  type WireRecord,
} from '@holdfast/protocol'
import type { Device } from '../device.ts'
import { type Outage, outageOf } from '../outage/outage-of.ts'
import { generationMark } from '../journal/generation-mark.ts'
import {
  ATTEMPT_POLL_PAUSE_MS,
  ATTEMPT_POLL_WAIT_MS,
  ATTEMPT_POLLS_LOST_MAX,
  ATTEMPT_TIMER_MAX_MS,
} from '../limits.ts'
import type { NetworkAnswer } from '../network.ts'

export type IssuerAnswer =
  | ({ readonly answer: 'approved' } & IssuerApproval)
  | { readonly answer: 'declined'; readonly responseCode: string }
  | { readonly answer: 'refused'; readonly code: ErrorCode }
  /** Nobody has decided: `why` says what stood in the way. */
  | { readonly answer: 'none'; readonly why: OfflineReason }

/** `approvedMinor` only where it is less than what was asked (MC3). */
export interface IssuerApproval {
  readonly responseCode: string
  readonly approvalCode: string
  readonly approvedMinor?: number
}

/** Told when the gateway has acknowledged and the issuer has not answered; `storeNow` ends the wait. */
export type OnWaiting = (wait: { readonly timerMs: number; readonly storeNow: () => void }) => void

/**
 * Asks the issuer through the gateway. The caller has made `attempt.started` durable: from here on an approval may
 * exist whatever is heard, and the gateway adopts or reverses it by what the journal says in the end.
 */
export async function askIssuer(
  device: Device,
  attempt: { attemptId: string; paymentId: string; record: WireRecord },
  onWaiting: OnWaiting,
): Promise<IssuerAnswer> {
  const { gateway, detector, journal } = device
  const { attemptId, paymentId, record } = attempt
  const begun = await gateway.startAttempt(record, generationMark(journal.state))
  if (!begun.heard || !isAbout(begun.value, attempt)) {
    const answer = begun.heard ? null : begun.answer
    return { answer: 'none', why: gateway.silent ? 'forced' : reasonOf(detector.outage, answer) }
  }
  const known = conclusion(begun.value)
  if (known !== null) return known
  const timerMs = Math.min(begun.value.timerMs, ATTEMPT_TIMER_MAX_MS)
  return waitForAnswer(device, { attemptId, paymentId }, { timerMs, onWaiting })
}

/** After the acknowledgement the acquirer's timer counts: a slow issuer is not an outage (P4). */
async function waitForAnswer(
  device: Device,
  attempt: { attemptId: string; paymentId: string },
  wait: { readonly timerMs: number; readonly onWaiting: OnWaiting },
): Promise<IssuerAnswer> {
  const { detector, deps } = device
  const { timerMs, onWaiting } = wait
  const end = new AbortController()
  const giveUp = () => end.abort()
  // The link falls while the issuer thinks: its answer cannot come this way, and the customer does not wait for it.
  const unwatch = detector.onFall(giveUp)
  onWaiting({ timerMs, storeNow: giveUp })
  try {
    return await poll(device, attempt, { deadlineMs: deps.clock.monotonicMs() + timerMs, ended: end.signal })
  } finally {
    unwatch()
  }
}

async function poll(
  device: Device,
  attempt: { attemptId: string; paymentId: string },
  until: { readonly deadlineMs: number; readonly ended: AbortSignal },
): Promise<IssuerAnswer> {
  const { gateway, detector, deps } = device
  const { deadlineMs, ended } = until
  let lost = 0
  for (;;) {
    const remainingMs = Math.floor(deadlineMs - deps.clock.monotonicMs())
    if (remainingMs <= 0 || lost >= ATTEMPT_POLLS_LOST_MAX || ended.aborted) break
    const waitMs = Math.min(ATTEMPT_POLL_WAIT_MS, remainingMs)
    const reply = await gateway.attempt({ ...attempt, waitMs }, ended)
    const concluded = reply.heard && isAbout(reply.value, attempt) ? conclusion(reply.value) : null
    if (concluded !== null) return concluded
    if (reply.heard) {
      lost = 0
      continue
    }
    lost += 1
    if (gateway.silent || detector.status === 'offline') break
    await sleep(deps.clock, ATTEMPT_POLL_PAUSE_MS, ended)
  }
  return { answer: 'none', why: 'no_answer' }
}

/** An acquirer that was down the moment before is not why the gateway did not acknowledge. */
function reasonOf(outage: Outage | null, answer: NetworkAnswer | null): OfflineReason {
  return outage === null || outage === 'acquirer' ? outageOf(answer, null) : outage
}

/** Null while the issuer has not answered. */
function conclusion({ outcome }: AttemptStatement): IssuerAnswer | null {
  switch (outcome.result) {
    case 'pending':
      return null
    case 'approved': {
      const { responseCode, approvalCode, approvedMinor } = outcome
      const approval = { answer: 'approved', responseCode, approvalCode } as const
      return approvedMinor === undefined ? approval : { ...approval, approvedMinor }
    }
    case 'declined':
      return { answer: 'declined', responseCode: outcome.responseCode }
    case 'defer':
      return { answer: 'none', why: 'acquirer' }
    case 'refused':
      return { answer: 'refused', code: isErrorCode(outcome.code) ? outcome.code : 'internal_error' }
  }
}

function isAbout(statement: AttemptStatement, attempt: { attemptId: string; paymentId: string }): boolean {
  return statement.attempt === attempt.attemptId && statement.payment === attempt.paymentId
}
