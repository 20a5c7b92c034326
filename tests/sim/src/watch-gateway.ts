import type { Attempt, PaymentStory } from '@holdfast/core'
import type { Engine } from '@holdfast/testing'
import { holdsCardNumber } from './card-scan.ts'
import type { GatewayChange, MemoryGatewayState } from '@holdfast/gateway'
import type { Watch } from './watch.ts'

type State = Attempt['state']

const NEXT: Record<State, readonly State[]> = {
  planned: ['planned', 'sent', 'shelved'],
  shelved: ['shelved', 'planned'],
  sent: ['sent', 'approved', 'declined', 'unknown', 'shelved', 'planned'],
  unknown: ['unknown', 'sent', 'approved', 'declined', 'reversing'],
  approved: ['approved', 'reversing'],
  declined: ['declined'],
  reversing: ['reversing', 'reversed'],
  reversed: ['reversed'],
}

export interface GatewayWatch {
  onCommit(change: GatewayChange): void
  /** The database was restored: what it holds now is where it goes on from. */
  rewind(state: MemoryGatewayState): void
}

/** Holds every transaction of the gateway to what must always be true. */
export function watchGateway(watch: Watch, engine: Engine): GatewayWatch {
  const stories = new Map<string, PaymentStory>()
  const outcomes = new Map<string, number>()

  function onCommit(change: GatewayChange): void {
    if (holdsCardNumber(JSON.stringify(change)))
      watch.breach('no card number in the database', 'a transaction')
    for (const { story } of change.payments ?? []) {
      const before = stories.get(story.paymentId)
      stories.set(story.paymentId, story)
      engine.tell(`gateway wrote ${story.paymentId} ${story.word.said} ${story.attempts.map(stateOf).join()}`)
      if (before !== undefined) compare(before, story)
    }
    for (const { paymentId } of change.outcomes ?? []) {
      const times = (outcomes.get(paymentId) ?? 0) + 1
      outcomes.set(paymentId, times)
      if (times > 1) watch.breach('one outcome per payment', `${times} outcomes`, paymentId)
    }
  }

  function rewind(state: MemoryGatewayState): void {
    stories.clear()
    outcomes.clear()
    for (const { story } of state.payments.values()) stories.set(story.paymentId, story)
  }

  function compare(before: PaymentStory, after: PaymentStory): void {
    const { paymentId } = after
    const back = (what: string): void => watch.breach('states only move forward', what, paymentId)
    if (before.word.said === 'voided' && after.word.said !== 'voided') back('a void was taken back')
    if (before.word.said === 'accepted' && after.word.said === 'open') back('an acceptance was forgotten')
    if (before.money.amountMinor !== after.money.amountMinor) back('the amount changed')
    if (after.attempts.length < before.attempts.length) back('an attempt disappeared')
    for (const [at, attempt] of before.attempts.entries()) {
      const next = after.attempts[at]
      if (next !== undefined && !NEXT[attempt.state].includes(next.state))
        back(`attempt ${attempt.number}: ${attempt.state} → ${next.state}`)
      // What is told apart at the host by these values must stay the same in every repeat.
      if (attempt.state === 'unknown' && next?.state === 'sent' && next.stan !== attempt.stan)
        back(`attempt ${attempt.number} got another STAN`)
    }
  }

  return { onCommit, rewind }
}

function stateOf(attempt: Attempt): string {
  return 'stan' in attempt ? `${attempt.state} (STAN ${attempt.stan} RRN ${attempt.rrn})` : attempt.state
}
