import { type Attempt, type PaymentStory, UNKNOWN_STAN } from '@holdfast/core'
import { outcomeStatement } from '@holdfast/protocol'
import type { Engine } from '@holdfast/testing'
import { holdsCardNumber } from './card-scan.ts'
import type { GatewayChange, MemoryGatewayState } from '@holdfast/gateway'
import type { Watch } from './watch.ts'

type State = Attempt['state']

const NEXT: Record<State, readonly State[]> = {
  planned: ['planned', 'sent', 'shelved', 'expired'],
  shelved: ['shelved', 'planned'],
  expired: ['expired'],
  sent: ['sent', 'approved', 'declined', 'unknown', 'reversing', 'shelved', 'planned'],
  unknown: ['unknown', 'sent', 'approved', 'declined', 'reversing'],
  approved: ['approved', 'reversing'],
  declined: ['declined'],
  reversing: ['reversing', 'reversed', 'declined'],
  reversed: ['reversed'],
}

/** Once a database was lost: words of before it are adopted, and what the lost one may have done is found out. */
const NEXT_RESTORED: Partial<Record<State, readonly State[]>> = {
  planned: ['approved', 'declined', 'unknown'],
  unknown: ['shelved', 'planned', 'reversed'],
  shelved: ['approved', 'declined', 'unknown'],
  sent: ['reversed'],
  approved: ['unknown'],
  declined: ['approved'],
  reversing: ['approved', 'declined'],
  reversed: ['approved', 'declined'],
}

export interface GatewayWatch {
  onCommit(change: GatewayChange): void
  /** The database was restored: what it holds now is where it goes on from. */
  rewind(state: MemoryGatewayState): void
}

/** Holds every transaction of the gateway to what must always be true. */
export function watchGateway(
  watch: Watch,
  engine: Engine,
  /** Whether this answer of the issuer was a decision, and not that nobody decided. */
  isFinal: (responseCode: string) => boolean,
): GatewayWatch {
  const stories = new Map<string, PaymentStory>()
  const outcomes = new Map<string, string>()
  let isRestored = false

  function onCommit(change: GatewayChange): void {
    if (holdsCardNumber(JSON.stringify(change)))
      watch.breach('no card number in the database', 'a transaction')
    for (const { story } of change.payments ?? []) {
      const before = stories.get(story.paymentId)
      stories.set(story.paymentId, story)
      engine.tell(`gateway wrote ${story.paymentId} ${story.word.said} ${story.attempts.map(stateOf).join()}`)
      if (before !== undefined) compare(before, story)
    }
    for (const { paymentId, statement } of change.outcomes ?? []) {
      const { status, attempt, givenUp } = outcomeStatement.parse(JSON.parse(statement.payload))
      // Released from review: its end is still to come.
      if (status === 'processing') continue
      // A person's word about one branch of a fork; what the payment came to on the other one stands beside it.
      const about = givenUp?.why === 'review_rejected' ? `${paymentId}/${attempt}` : paymentId
      const before = outcomes.get(about)
      outcomes.set(about, status)
      if (before === status) watch.breach('an outcome is told once', `${status} twice`, paymentId)
      // Only a void may still come, and its word is told too.
      if (before !== undefined && status !== 'canceled')
        watch.breach('an outcome stands', `${before}, then ${status}`, paymentId)
    }
  }

  function rewind(state: MemoryGatewayState): void {
    stories.clear()
    outcomes.clear()
    isRestored = true
    for (const { story } of state.payments.values()) stories.set(story.paymentId, story)
  }

  function compare(before: PaymentStory, after: PaymentStory): void {
    const { paymentId } = after
    const back = (what: string): void => watch.breach('states only move forward', what, paymentId)
    if (before.word.said === 'voided' && after.word.said !== 'voided') back('a void was taken back')
    if (before.word.said === 'accepted' && after.word.said === 'open') back('an acceptance was forgotten')
    if (before.money.amountMinor !== after.money.amountMinor) back('the amount changed')
    if (after.attempts.length < before.attempts.length) back('an attempt disappeared')
    for (const attempt of after.attempts.slice(before.attempts.length)) {
      const declined = before.attempts.find(
        (one) => one.attemptId === attempt.attemptId && one.state === 'declined' && isFinal(one.responseCode),
      )
      if (declined !== undefined)
        watch.breach(
          'a decline is final for its card',
          `attempt ${declined.number} was declined, ${attempt.number} asks again`,
          paymentId,
        )
    }
    for (const [at, attempt] of before.attempts.entries()) {
      const next = after.attempts[at]
      if (next !== undefined && !mayBecome(attempt.state, next.state))
        back(`attempt ${attempt.number}: ${attempt.state} → ${next.state}`)
      // What is told apart at the host by these values must stay the same in every repeat.
      const isKnown = attempt.state === 'unknown' && attempt.stan !== UNKNOWN_STAN
      if (isKnown && next?.state === 'sent' && next.stan !== attempt.stan)
        back(`attempt ${attempt.number} got another STAN`)
    }
  }

  function mayBecome(before: State, after: State): boolean {
    return NEXT[before].includes(after) || (isRestored && (NEXT_RESTORED[before] ?? []).includes(after))
  }

  return { onCommit, rewind }
}

function stateOf(attempt: Attempt): string {
  return 'stan' in attempt ? `${attempt.state} (STAN ${attempt.stan} RRN ${attempt.rrn})` : attempt.state
}
