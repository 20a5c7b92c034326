import { advance } from '@holdfast/core'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { OUTCOME_LOST } from '../payments/attention.ts'
import { settle } from '../payments/settle.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { commitDecision, refused, wordOf } from './commit-decision.ts'
import type { Reviewed, ReviewDecision } from './review-decision.ts'
import { giveUpReason, wordsForPayment } from './words-for.ts'

/** About a payment of which no record waits; null when it does not wait for a person either. */
export async function decideWaiting(
  world: GatewayWorld,
  row: PaymentRow | null,
  decision: ReviewDecision,
): Promise<Reviewed | null> {
  if (row === null) return null
  const { attention } = row
  const isReject = decision.decide === 'reject'
  if (isReject && row.story.givenUp !== undefined) return { result: 'decided_before' }
  if (attention === null) return null
  const decided = isReject ? givenUp(row, attention, decision.note) : triedAgain(row, attention)
  if ('result' in decided) return decided
  const change = await settle(world, row, decided, world.clock.wallMs())
  const { account, deviceId } = row
  const about = { account, deviceId, paymentId: row.story.paymentId, waitedFor: attention }
  return commitDecision(world, change, about, wordOf(decision, []))
}

function triedAgain(row: PaymentRow, attention: string): PaymentRow | Reviewed {
  if (wordsForPayment(attention).includes('release')) return { ...row, attention: null }
  return refused(attention === OUTCOME_LOST ? 'review_books_needed' : 'deferred_too_old')
}

function givenUp(row: PaymentRow, attention: string, note: string): PaymentRow | Reviewed {
  const why = giveUpReason(attention)
  if (why === null)
    return refused(attention === OUTCOME_LOST ? 'review_books_needed' : 'review_card_has_paid')
  const result = advance(row.story, { type: 'given_up', why, note })
  return 'refusal' in result ? refused(result.refusal) : { ...row, story: result.story, attention: null }
}
