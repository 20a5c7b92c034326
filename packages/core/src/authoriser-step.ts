import { type Attempt, type ReversalReason, UNKNOWN_STAN } from './attempt.ts'
import { claimedAttempt, isAdvice, isWanted, type PaymentStory } from './payment-story.ts'

/** The acquirer profile's rules that decide what happens next to a payment; data, not code. */
export interface AuthoriserRules {
  /** True where the host answers a repeat (0101) with its first answer. Else an unknown one is reversed. */
  readonly hostDeduplicates: boolean
  /** True where the host knows a message again by terminal and RRN, also under another STAN. */
  readonly hostKnowsRrn: boolean
  /** So often a request is repeated; when the last repeat is unanswered too, it is reversed. */
  readonly repeatsMax: number
  /** A stored sale that the issuer is to be asked about is not sent any more when it is older than this. */
  readonly deferredAgeMaxMs: number
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
  | { readonly do: 'expire'; readonly attempt: Attempt }
  | { readonly do: 'wait'; readonly untilMs: number | null }

/**
 * The next step of one payment at the acquirer. Reversals come first: nothing new of a payment is asked while an
 * approval that nobody wants may still stand. A `sent` attempt belongs to whoever sent it; one that an earlier owner
 * left behind has been turned into `unknown` by the take-over.
 */
export function nextStep(story: PaymentStory, rules: AuthoriserRules, nowMs: number): AuthoriserStep {
  const waits: number[] = []
  // What only a human can name comes last, so that it holds up nothing else.
  for (const attempt of story.attempts.toSorted(
    (a, b) => Number(hasKnownStan(b)) - Number(hasKnownStan(a)),
  )) {
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
      if (isTooOld(story, attempt, rules, nowMs)) return { do: 'expire', attempt }
      if (attempt.notBeforeMs <= nowMs) return { do: 'authorise', attempt }
      waits.push(attempt.notBeforeMs)
      break
    case 'unknown':
      if (waitsForItsDevice(story, attempt)) {
        waits.push(attempt.retryAtMs + rules.unclaimedReversalMs)
        break
      }
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
    case 'expired':
      break
  }
  return { do: 'wait', untilMs: waits.length === 0 ? null : Math.min(...waits) }
}

/**
 * After the database was lost: would this step put to the issuer as new what it may have answered before, or undo what
 * nobody can name? What follows from payment and attempt is known (the RRN); a STAN that only the lost database knew is
 * not. Such a payment waits for a human.
 */
export function isBlind(story: PaymentStory, step: AuthoriserStep, rules: AuthoriserRules): boolean {
  switch (step.do) {
    case 'authorise':
      return !(rules.hostDeduplicates && rules.hostKnowsRrn)
    case 'repeat':
      return !hasKnownStan(step.attempt) && !rules.hostKnowsRrn
    case 'plan_reversal':
      return !hasKnownStan(step.attempt) && (!rules.hostKnowsRrn || isClaimed(story, step.attempt))
    case 'send_reversal':
    case 'represent':
    case 'expire':
    case 'wait':
      return false
  }
}

function isClaimed(story: PaymentStory, attempt: Attempt): boolean {
  return claimedAttempt(story)?.number === attempt.number
}

function hasKnownStan(attempt: Attempt): boolean {
  return 'stan' in attempt && attempt.stan !== UNKNOWN_STAN
}

function reversalReason(
  story: PaymentStory,
  attempt: Attempt,
  rules: AuthoriserRules,
  nowMs: number,
): ReversalReason | null {
  if (attempt.state !== 'approved' && attempt.state !== 'unknown') return null
  if (!isWanted(story, attempt))
    return story.word.said === 'voided' || story.givenUp !== undefined ? 'voided' : 'superseded'
  if (attempt.state === 'unknown' && waitsForItsDevice(story, attempt))
    return nowMs >= attempt.retryAtMs + rules.unclaimedReversalMs ? 'unclaimed' : null
  // What was told and not asked is told until it is heard; there is nothing to take back.
  if (attempt.state === 'unknown') {
    if (isAdvice(story, attempt)) return null
    if (!rules.hostDeduplicates) return 'no_answer'
    // Also the last repeat may still be answered late.
    const mayWait = attempt.repeats < rules.repeatsMax || attempt.retryAtMs > nowMs
    return mayWait ? null : 'no_answer'
  }
  const unclaimed = story.word.said === 'open' && nowMs >= attempt.answeredAtMs + rules.unclaimedReversalMs
  return unclaimed ? 'unclaimed' : null
}

/** Schemes want no late question. What was told and not asked is not a question, and what has left is resolved. */
function isTooOld(
  story: PaymentStory,
  attempt: Attempt,
  { deferredAgeMaxMs }: AuthoriserRules,
  nowMs: number,
): boolean {
  const { word } = story
  return word.said === 'accepted' && !isAdvice(story, attempt) && nowMs - word.atMs > deferredAgeMaxMs
}

/** A lost database may have asked for it, and the device has not said what came of the sale: nobody asks again yet. */
function waitsForItsDevice({ word }: PaymentStory, attempt: Attempt): boolean {
  return word.said === 'open' && attempt.state === 'unknown' && !hasKnownStan(attempt)
}
