import type { Attempt, ReversalReason } from './attempt.ts'
import { claimedAttempt, isWanted, type PaymentStory } from './payment-story.ts'

/** The acquirer profile's rules that decide what happens next to a payment; data, not code. */
export interface AuthoriserRules {
  /** True where the host answers a repeat (0101) with its first answer. Else an unknown one is reversed. */
  readonly hostDeduplicates: boolean
  /** An online approval that no device has claimed for so long is reversed. */
  readonly unclaimedReversalMs: number
}

/** What the owner of the acquirer link does next. `wait` carries the moment to look again, null for never by itself. */
export type AuthoriserStep =
  | { readonly do: 'authorise'; readonly attempt: Attempt }
  | { readonly do: 'repeat'; readonly attempt: Attempt }
  | { readonly do: 'plan_reversal'; readonly attempt: Attempt; readonly why: ReversalReason }
  | { readonly do: 'send_reversal'; readonly attempt: Attempt }
  | { readonly do: 'represent'; readonly attempt: Attempt }
  | { readonly do: 'wait'; readonly untilMs: number | null }

/**
 * The next step of one payment at the acquirer. Reversals come first: nothing new of a payment is asked while an
 * approval that nobody wants may still stand. A `sent` attempt belongs to whoever sent it; one that an earlier owner
 * left behind has been turned into `unknown` by the take-over.
 */
export function nextStep(story: PaymentStory, rules: AuthoriserRules, nowMs: number): AuthoriserStep {
  const waits: number[] = []
  for (const attempt of story.attempts) {
    if (attempt.state === 'sent') return { do: 'wait', untilMs: null }
    if (attempt.state === 'reversing') {
      if (attempt.reversal.retryAtMs > nowMs) return { do: 'wait', untilMs: attempt.reversal.retryAtMs }
      return { do: 'send_reversal', attempt }
    }
    const why = reversalReason(story, attempt, rules, nowMs)
    if (why !== null) return { do: 'plan_reversal', attempt, why }
  }
  const attempt = claimedAttempt(story) ?? story.attempts.findLast((candidate) => isWanted(story, candidate))
  if (attempt === undefined || !isWanted(story, attempt)) return { do: 'wait', untilMs: null }
  switch (attempt.state) {
    case 'planned':
      if (attempt.notBeforeMs <= nowMs) return { do: 'authorise', attempt }
      waits.push(attempt.notBeforeMs)
      break
    case 'unknown':
      if (attempt.retryAtMs <= nowMs) return { do: 'repeat', attempt }
      waits.push(attempt.retryAtMs)
      break
    case 'approved':
      if (story.word.said === 'open') waits.push(attempt.answeredAtMs + rules.unclaimedReversalMs)
      break
    case 'declined':
      if (story.word.said !== 'accepted' || attempt.retryAtMs === null) break
      if (attempt.retryAtMs <= nowMs) return { do: 'represent', attempt }
      waits.push(attempt.retryAtMs)
      break
    case 'reversed':
      // Reversed while the device's acceptance was still on its way: the sale stands, so the issuer is asked anew.
      if (story.word.said === 'accepted') return { do: 'represent', attempt }
      break
    case 'sent':
    case 'reversing':
    case 'shelved':
      break
  }
  return { do: 'wait', untilMs: waits.length === 0 ? null : Math.min(...waits) }
}

function reversalReason(
  story: PaymentStory,
  attempt: Attempt,
  rules: AuthoriserRules,
  nowMs: number,
): ReversalReason | null {
  if (attempt.state !== 'approved' && attempt.state !== 'unknown') return null
  if (!isWanted(story, attempt)) return story.word.said === 'voided' ? 'voided' : 'superseded'
  if (attempt.state === 'unknown') return rules.hostDeduplicates ? null : 'no_answer'
  const unclaimed = story.word.said === 'open' && nowMs >= attempt.answeredAtMs + rules.unclaimedReversalMs
  return unclaimed ? 'unclaimed' : null
}
