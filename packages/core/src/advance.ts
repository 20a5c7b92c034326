import { assert, must } from './assert.ts'
import {
  type Attempt,
  type AttemptFacts,
  type AttemptState,
  PART_APPROVED,
  type Sending,
  UNKNOWN_STAN,
} from './attempt.ts'
import { claimedAttempt, holdsOnly, isQuiet, type PaymentStory, statusOf } from './payment-story.ts'
import type { StoryEvent, StoryRefusal } from './story-event.ts'

export type Advance = { readonly story: PaymentStory } | { readonly refusal: StoryRefusal }

/** What an event makes of a payment, or why it changes nothing. Pure. */
export function advance(story: PaymentStory, event: StoryEvent): Advance {
  switch (event.type) {
    case 'presented': {
      if (story.attempts.some((attempt) => attempt.attemptId === event.attemptId)) return { story }
      if (story.word.said === 'voided') return { refusal: 'payment_voided' }
      // The device has decided without this answer; a request that was held up on its way may not start anything.
      if (story.word.said === 'accepted') return { refusal: 'attempt_superseded' }
      if (story.attempts.some((attempt) => attempt.ordinal >= event.ordinal))
        return { refusal: 'attempt_superseded' }
      return plan(story, { ...event, deferred: false, notBeforeMs: event.nowMs })
    }
    case 'accepted': {
      if (story.word.said === 'voided') return { story }
      if (story.word.said === 'accepted') {
        return story.word.attemptId === event.attemptId ? { story } : { refusal: 'duplicate_suspected' }
      }
      const said: PaymentStory = {
        ...story,
        word: { said: 'accepted', attemptId: event.attemptId, atMs: event.atMs, ...event.by },
      }
      const known = claimedAttempt(said)
      if (known === null) return plan(said, { ...event, deferred: true })
      if (known.state === 'unknown' && known.stan === UNKNOWN_STAN)
        return {
          story: { ...said, attempts: mark(said, known.number, { deferred: event.by.via === 'offline' }) },
        }
      if (known.state === 'approved' && known.answeredAtMs < (event.reversibleBeforeMs ?? 0))
        return move(said, known.number, ['approved'], (attempt) => ({
          state: 'unknown',
          retryAtMs: event.notBeforeMs,
          ...sendingOf(attempt),
        }))
      if (known.state !== 'shelved' && known.state !== 'planned') return { story: said }
      // Nothing has left yet: what leaves from here on is a deferred sale's.
      const deferred = { ...said, attempts: mark(said, known.number, { deferred: true }) }
      return move(deferred, known.number, ['shelved', 'planned'], () => ({
        state: 'planned',
        notBeforeMs: event.notBeforeMs,
      }))
    }
    case 'accepted_instead': {
      const other = claimedAttempt(story)
      if (other === null || other.attemptId === event.attemptId)
        return advance(story, { ...event, type: 'accepted' })
      // What may stand at the issuer is taken back or refunded first: nobody is charged for both.
      if (!isQuiet(other)) return { refusal: 'duplicate_suspected' }
      const { givenUp: _, ...reopened } = story
      return advance({ ...reopened, word: { said: 'open' } }, { ...event, type: 'accepted' })
    }
    case 'given_up': {
      if (story.word.said === 'voided') return { refusal: 'payment_voided' }
      if (story.givenUp !== undefined) return { story }
      const { why, note } = event
      const isApproved = claimedAttempt(story)?.state === 'approved'
      if (story.word.said === 'open' || isApproved) return { refusal: 'attempt_already_settled' }
      return { story: { ...story, givenUp: { why, note } } }
    }
    case 'remembered': {
      const { attemptId, ordinal, readId } = event
      if (story.attempts.some((attempt) => attempt.attemptId === attemptId)) return { story }
      return add(story, { attemptId, ordinal, readId, deferred: false }, perhapsSent(event))
    }
    case 'doubted_again':
      return perhapsAgain(story, event.number, event)
    case 'doubted':
      return move(story, event.number, ['planned', 'shelved'], () => perhapsSent(event))
    case 'adopted': {
      const claimed = claimedAttempt(story)
      if (claimed === null || claimed.attemptId !== event.attemptId) return { refusal: 'attempt_superseded' }
      // Found out meanwhile: by asking, or from the same word, brought twice.
      if (claimed.state === 'approved' || (claimed.state === 'declined' && claimed.retryAtMs === null))
        return { story }
      const { approvalCode, responseCode, answeredAtMs } = event.answer
      const sending: Sending = {
        ...event.sending,
        sendBeforeMs: event.sending.transmittedAtMs,
        repeats: 0,
        ...(hasOnlyHeld(story) ? { holds: true } : {}),
      }
      const answered = { responseCode, answeredAtMs, ...sending }
      const end: AttemptState =
        approvalCode === null
          ? { state: 'declined', retryAtMs: null, ...answered }
          : { state: 'approved', approvalCode, ...partOf(story, event.answer.approvedMinor), ...answered }
      // Asked more than once: what stands is a later presentation than the one that is known here.
      if ('rrn' in claimed && claimed.rrn !== event.sending.rrn) return add(story, claimed, end)
      return move(story, claimed.number, [claimed.state], () => end)
    }
    case 'found_approval': {
      const { sending, answer } = event
      const named = story.attempts.find((attempt) => 'rrn' in attempt && attempt.rrn === sending.rrn)
      const claimed = claimedAttempt(story)
      if (named === undefined || named.number === claimed?.number) {
        if (claimed === null) return foundUnwanted(story, event)
        return advance(story, { type: 'adopted', attemptId: claimed.attemptId, sending, answer })
      }
      // Not the payment's: with its STAN it can be taken back.
      return move(story, named.number, ['unknown'], (attempt) => ({
        state: 'unknown',
        retryAtMs: answer.answeredAtMs,
        ...sendingOf(attempt),
        ...sending,
      }))
    }
    case 'found_nothing': {
      const claimed = claimedAttempt(story)?.number
      const attempts = story.attempts.map((attempt): Attempt => {
        if (attempt.state !== 'unknown' || attempt.stan !== UNKNOWN_STAN) return attempt
        const { number, attemptId, ordinal, readId, deferred } = attempt
        const facts = { number, attemptId, ordinal, readId, deferred }
        return number === claimed
          ? { ...facts, state: 'planned', notBeforeMs: event.nowMs }
          : { ...facts, state: 'shelved' }
      })
      return { story: { ...story, attempts } }
    }
    case 'voided':
      // Too late for a reversal: what was collected is given back by a refund, and the sale stands.
      return story.word.said === 'voided' || story.collectedMs !== undefined
        ? { story }
        : { story: { ...story, word: { said: 'voided', reason: event.reason } } }
    case 'tipped':
      return story.word.said === 'voided' || story.capturedMinor !== undefined
        ? { story }
        : { story: { ...story, tipMinor: event.tipMinor } }
    case 'incremented': {
      // What was taken, or is given back, is no hold any more.
      if (statusOf(story) !== 'requires_capture') return { refusal: 'state_unfit' }
      const incrementedMinor = (story.incrementedMinor ?? 0) + event.byMinor
      return { story: { ...story, incrementedMinor } }
    }
    case 'captured':
      return statusOf(story) === 'requires_capture'
        ? { story: { ...story, capturedMinor: event.amountMinor } }
        : { refusal: 'state_unfit' }
    case 'collected':
      if (story.word.said === 'voided') return { refusal: 'payment_voided' }
      return { story: { ...story, collectedMs: story.collectedMs ?? event.nowMs } }
    case 'canceled':
      return statusOf(story) === 'requires_capture'
        ? { story: { ...story, word: { said: 'voided', reason: event.reason } } }
        : { refusal: 'state_unfit' }
    case 'sent':
      return move(story, event.number, ['planned', 'unknown'], () => ({ state: 'sent', ...event.sending }))
    case 'not_sent': {
      const isRepeat = story.attempts.some(
        (attempt) =>
          attempt.number === event.number &&
          (attempt.state === 'unknown' || (attempt.state === 'sent' && attempt.repeats > 0)),
      )
      // The device may have stored the sale while its message was not leaving: from here on it is a deferred sale's.
      const isStored = !isRepeat && claimedAttempt(story)?.number === event.number
      const said = isStored ? { ...story, attempts: mark(story, event.number, { deferred: true }) } : story
      return move(said, event.number, ['planned', 'sent', 'unknown'], (attempt) => {
        // A repeat that did not leave says nothing about the first sending, and does not count as one.
        if (isRepeat) {
          const sending = sendingOf(attempt)
          const repeats = sending.repeats - (attempt.state === 'sent' ? 1 : 0)
          return { state: 'unknown', retryAtMs: event.retryAtMs, ...sending, repeats }
        }
        return attempt.deferred ? { state: 'planned', notBeforeMs: event.retryAtMs } : { state: 'shelved' }
      })
    }
    case 'approved':
      return move(story, event.number, ['sent', 'unknown'], (attempt) => ({
        state: 'approved',
        approvalCode: event.approvalCode,
        ...partOf(story, event.approvedMinor),
        responseCode: event.responseCode,
        answeredAtMs: event.nowMs,
        ...sendingOf(attempt),
      }))
    case 'declined':
      return move(story, event.number, ['sent', 'unknown'], (attempt) => ({
        state: 'declined',
        responseCode: event.responseCode,
        retryAtMs: event.retryAtMs,
        answeredAtMs: event.nowMs,
        ...sendingOf(attempt),
      }))
    case 'part_refused':
      return move(story, event.number, ['sent', 'unknown'], (attempt) => ({
        state: 'reversing',
        reversal: {
          why: 'part_refused',
          stan: event.stan,
          transmittedAtMs: event.nowMs,
          tries: 0,
          retryAtMs: event.nowMs,
        },
        ...sendingOf(attempt),
      }))
    case 'expired':
      return move(story, event.number, ['planned'], () => ({ state: 'expired' }))
    case 'no_answer':
      return move(story, event.number, ['sent'], (attempt) => ({
        state: 'unknown',
        retryAtMs: event.retryAtMs,
        ...sendingOf(attempt),
      }))
    case 'reversal_planned':
      return move(story, event.number, ['sent', 'approved', 'unknown'], (attempt) => ({
        state: 'reversing',
        reversal: {
          why: event.why,
          stan: event.stan,
          transmittedAtMs: event.nowMs,
          tries: 0,
          retryAtMs: event.nowMs,
        },
        ...sendingOf(attempt),
      }))
    case 'reversal_unanswered':
      return move(story, event.number, ['reversing'], (attempt) => {
        assert(attempt.state === 'reversing', 'moved from reversing')
        const reversal = {
          ...attempt.reversal,
          tries: attempt.reversal.tries + 1,
          retryAtMs: event.retryAtMs,
        }
        return { state: 'reversing', reversal, ...sendingOf(attempt) }
      })
    case 'reversed': {
      const reversed = move(story, event.number, ['reversing'], (attempt) => {
        assert(attempt.state === 'reversing', 'moved from reversing')
        const { why, transmittedAtMs } = attempt.reversal
        if (why !== 'part_refused') return { state: 'reversed', why, ...sendingOf(attempt) }
        const answer = { responseCode: PART_APPROVED, answeredAtMs: transmittedAtMs }
        return { state: 'declined', retryAtMs: null, ...answer, ...sendingOf(attempt) }
      })
      if ('refusal' in reversed || event.next === undefined) return reversed
      return perhapsAgain(reversed.story, event.number, event.next)
    }
    case 'found_reversed':
      return move(story, event.number, ['sent'], (attempt) => ({
        state: 'reversed',
        why: 'found_reversed',
        ...sendingOf(attempt),
      }))
    case 'represented': {
      const before = must(
        story.attempts.find((attempt) => attempt.number === event.number),
        'the attempt is of this payment',
      )
      const { attemptId, ordinal, readId } = before
      return plan(story, { attemptId, ordinal, readId, deferred: true, notBeforeMs: event.nowMs })
    }
  }
}

function plan(story: PaymentStory, input: NewAttempt & { notBeforeMs: number }): Advance {
  return add(story, input, { state: 'planned', notBeforeMs: input.notBeforeMs })
}

function partOf({ money }: PaymentStory, approvedMinor: number): { approvedMinor?: number } {
  return approvedMinor < money.amountMinor ? { approvedMinor } : {}
}

/** Only the newest presentation of a try can have been followed by another one. */
function perhapsAgain(
  story: PaymentStory,
  number: number,
  again: { readonly rrn: string; readonly nowMs: number },
): Advance {
  const { attemptId } = must(
    story.attempts.find((attempt) => attempt.number === number),
    'the attempt is of this payment',
  )
  const newest = story.attempts.findLast((attempt) => attempt.attemptId === attemptId)
  return newest?.number === number ? add(story, { ...newest, deferred: true }, perhapsSent(again)) : { story }
}

function perhapsSent({ rrn, nowMs }: { readonly rrn: string; readonly nowMs: number }): AttemptState {
  const sending = { stan: UNKNOWN_STAN, rrn, transmittedAtMs: nowMs, sendBeforeMs: nowMs, repeats: 0 }
  return { state: 'unknown', retryAtMs: nowMs, ...sending }
}

/** How it was asked, of which nothing is kept: an issuer that is asked online has decided before there is a tip to write in. */
function hasOnlyHeld(story: PaymentStory): boolean {
  const { word } = story
  const isOnline = word.said === 'accepted' && word.via === 'online'
  return holdsOnly(isOnline ? { captureMethod: story.captureMethod } : story)
}

type NewAttempt = Omit<AttemptFacts, 'number'>

/** The sale is void by now, and the lost database had asked for it once more than is known here: that is taken back too. */
function foundUnwanted(
  story: PaymentStory,
  { sending, answer }: Extract<StoryEvent, { readonly type: 'found_approval' }>,
): Advance {
  const lost = story.attempts.findLast(
    (attempt) => attempt.state === 'unknown' && attempt.stan === UNKNOWN_STAN,
  )
  if (lost === undefined) return { refusal: 'attempt_superseded' }
  const sent = { ...sending, sendBeforeMs: sending.transmittedAtMs, repeats: 0 }
  return add(story, lost, { state: 'unknown', retryAtMs: answer.answeredAtMs, ...sent })
}

function add(story: PaymentStory, facts: NewAttempt, state: AttemptState): Advance {
  const { attemptId, ordinal, readId, deferred } = facts
  const number = story.attempts.length + 1
  const attempt: Attempt = { number, attemptId, ordinal, readId, deferred, ...state }
  return { story: { ...story, attempts: [...story.attempts, attempt] } }
}

function move(
  story: PaymentStory,
  number: number,
  from: readonly Attempt['state'][],
  next: (attempt: Attempt) => AttemptState,
): Advance {
  const attempt = must(
    story.attempts.find((candidate) => candidate.number === number),
    'the attempt is of this payment',
  )
  if (!from.includes(attempt.state)) return { refusal: 'attempt_already_settled' }
  const { attemptId, ordinal, readId, deferred } = attempt
  const moved: Attempt = { number, attemptId, ordinal, readId, deferred, ...next(attempt) }
  return { story: { ...story, attempts: story.attempts.map((other) => (other === attempt ? moved : other)) } }
}

function mark(story: PaymentStory, number: number, change: { deferred: boolean }): Attempt[] {
  return story.attempts.map((attempt) => (attempt.number === number ? { ...attempt, ...change } : attempt))
}

function sendingOf(attempt: Attempt): Sending {
  assert('stan' in attempt, 'only what was sent can be answered')
  const { stan, rrn, transmittedAtMs, sendBeforeMs, repeats, advice, holds } = attempt
  return {
    stan,
    rrn,
    transmittedAtMs,
    sendBeforeMs,
    repeats,
    ...(advice === undefined ? {} : { advice }),
    ...(holds === undefined ? {} : { holds }),
  }
}
