import {
  type Attempt,
  type AuthoriserRules,
  claimedAttempt,
  idDigits,
  isSettled,
  must,
  nextStep,
  statusOf,
} from '@holdfast/core'
import { signStatement } from '@holdfast/envelope'
import type { OutcomeStatement, Signed } from '@holdfast/protocol'
import type { EventType } from '../events/event-types.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { type MoneyTask, taskOfPayment } from '../money/money-task.ts'
import { needsSealed } from './needs-sealed.ts'
import type { EventRow, GatewayChange, PaymentRow } from '../store/gateway-store.ts'

/**
 * What follows from a payment's new story, to be written in the same transaction: when to look next, the signed
 * outcome for its device (once), the events, what is handed over to money, and which sealed blocks no message needs
 * any more.
 */
export async function settle(
  world: GatewayWorld,
  before: PaymentRow | null,
  row: PaymentRow,
  nowMs: number,
): Promise<Pick<GatewayChange, 'payments' | 'outcomes' | 'events' | 'tasks'>> {
  const settled = isSettled(row.story)
  // Of a sale too old to be asked about no message goes out any more, whatever it waits for.
  const isOver = settled || claimedAttempt(row.story)?.state === 'expired'
  // A word that has changed since (a void after the approval) is told again.
  const isTold = row.outcomeSent && (before === null || statusOf(before.story) === statusOf(row.story))
  const sendOutcome = settled && !isTold
  const statement = sendOutcome ? await signOutcome(world, row, nowMs) : null
  const saved: PaymentRow = {
    ...row,
    dueMs: dueMs(row, world.profile, nowMs),
    outcomeSent: isTold || sendOutcome,
    details: row.details.map((detail) => {
      const attempt = row.story.attempts[detail.number - 1]
      const keep = !isOver && attempt !== undefined && needsSealed(attempt)
      return keep || detail.sealed === null ? detail : { ...detail, sealed: null }
    }),
  }
  const { deviceId } = row
  const { paymentId } = row.story
  return {
    payments: [saved],
    outcomes: statement === null ? [] : [{ deviceId, paymentId, statement }],
    events: eventsOf(before, saved, nowMs),
    tasks: tasksOf(before, saved, nowMs),
  }
}

/** A `sent` attempt whose sender is gone becomes due when nothing can leave for it any more. */
function dueMs(row: PaymentRow, rules: AuthoriserRules, nowMs: number): number | null {
  const sent = row.story.attempts.find((attempt) => attempt.state === 'sent')
  if (sent?.state === 'sent') return sent.sendBeforeMs
  const step = nextStep(row.story, rules, nowMs)
  return step.do === 'wait' ? step.untilMs : nowMs
}

async function signOutcome(world: GatewayWorld, row: PaymentRow, nowMs: number): Promise<Signed> {
  const { story } = row
  const status = statusOf(story)
  const attempt = claimedAttempt(story)
  const outcome: OutcomeStatement = {
    payment: story.paymentId,
    device: row.deviceId,
    generation: await world.store.generation(),
    atMs: nowMs,
    status:
      status === 'succeeded' || status === 'requires_capture' || status === 'declined' ? status : 'canceled',
    amountMinor: story.money.amountMinor,
    currency: story.money.currency,
    attempt: attempt?.attemptId ?? null,
    responseCode: attempt !== null && 'responseCode' in attempt ? attempt.responseCode : null,
    approvalCode: attempt?.state === 'approved' ? attempt.approvalCode : null,
    ...(attempt?.state === 'approved' && attempt.approvedMinor !== undefined
      ? { approvedMinor: attempt.approvedMinor }
      : {}),
    authorisation: attempt === null ? null : authorisationOf(row, attempt),
    ...(status === 'declined' && story.givenUp !== undefined ? { givenUp: story.givenUp } : {}),
  }
  return signStatement(world.keys.signing, 'outcome', outcome)
}

function authorisationOf(row: PaymentRow, attempt: Attempt): OutcomeStatement['authorisation'] {
  if (!('rrn' in attempt)) return null
  const { stan, rrn, transmittedAtMs, advice } = attempt
  const { chargeId, vault } = must(row.details[attempt.number - 1], 'every attempt has its details')
  const known = { charge: chargeId, stan, rrn, transmittedAtMs, saleMs: row.openedMs }
  return {
    ...known,
    ...(advice === undefined ? {} : { advice }),
    ...(attempt.state === 'approved' && vault !== null ? { vault } : {}),
  }
}

const EVENT_BY_STATUS = {
  requires_payment_method: null,
  processing: 'payment_intent.processing',
  requires_capture: 'payment_intent.amount_capturable_updated',
  succeeded: 'payment_intent.succeeded',
  declined: 'payment_intent.payment_failed',
  canceled: 'payment_intent.canceled',
} as const

/** One row for most changes, since payments wait for it; the publisher adds what follows from it. */
function eventsOf(before: PaymentRow | null, row: PaymentRow, nowMs: number): EventRow[] {
  const { account, mode, story } = row
  const { paymentId } = story
  const status = statusOf(story)
  const events: EventRow[] = []
  // Derived from what has happened, so deciding twice writes it once.
  const tell = (type: EventType, what: string) =>
    events.push({
      id: `evt_${idDigits(paymentId)}_${what}`,
      account,
      mode,
      type,
      paymentId,
      createdMs: nowMs,
    })
  const was = before === null ? null : statusOf(before.story)
  const type = was === status ? null : EVENT_BY_STATUS[status]
  if (type !== null) tell(type, status)
  else if (was === 'processing' && status === 'requires_payment_method')
    tell('payment_intent.payment_failed', `failed_${story.attempts.length}`)
  else if (row.storedMs !== null && (before?.storedMs ?? null) === null && status === 'processing')
    tell('offline_payment.received', 'received')
  if (row.attention !== null && (before?.attention ?? null) === null)
    tell('offline_payment.review', `review_${row.version}`)
  return events
}

const TASK_BY_STATUS = {
  requires_payment_method: null,
  processing: null,
  requires_capture: 'approved',
  succeeded: 'approved',
  declined: 'declined',
  canceled: 'voided',
} as const

function tasksOf(before: PaymentRow | null, { account, story }: PaymentRow, nowMs: number): MoneyTask[] {
  const status = statusOf(story)
  const kind = before !== null && statusOf(before.story) === status ? null : TASK_BY_STATUS[status]
  return kind === null ? [] : [taskOfPayment({ account, paymentId: story.paymentId }, kind, { nowMs })]
}
