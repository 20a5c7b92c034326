import { assert, must } from './assert.ts'
import {
  type Answer,
  type Attempt,
  type AttemptFacts,
  type AttemptState,
  type ReversalReason,
  type Sending,
  UNKNOWN_STAN,
} from './attempt.ts'
import type { OfflineKind } from './exposure.ts'
import type { Money } from './money.ts'

/**
 * One payment as the gateway knows it: what the device said, and each try at the issuer. The status is derived and
 * never kept beside what it follows from.
 *
 * Invariants: at most one approved attempt is wanted; an approval that nobody wants is reversed; a decline is final
 * for its card; a void is the last word of the device, also when it arrives first.
 */
export interface PaymentStory {
  readonly paymentId: string
  readonly money: Money
  readonly captureMethod: CaptureMethod
  readonly word: DeviceWord
  readonly attempts: readonly Attempt[]
}

export const captureMethods = ['automatic', 'manual'] as const
export type CaptureMethod = (typeof captureMethods)[number]

/** The last word of the device about the sale. */
export type DeviceWord =
  | { readonly said: 'open' }
  | ({ readonly said: 'accepted'; readonly attemptId: string; readonly atMs: number } & AcceptedBy)
  | { readonly said: 'voided'; readonly reason: string }

export type AcceptedBy =
  | { readonly via: 'online' }
  | {
      readonly via: 'offline'
      readonly kind: OfflineKind
      /** Of a `voice` sale: what the issuer said on the telephone. */
      readonly voiceCode?: string
    }

/** §5 of the design. `declined` is a stored payment that the issuer refused: closed for that card. */
export type PaymentStatus =
  | 'requires_payment_method'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'declined'
  | 'canceled'

export type StoryEvent =
  | {
      readonly type: 'presented'
      readonly attemptId: string
      readonly ordinal: number
      readonly readId: string
      readonly nowMs: number
    }
  | {
      readonly type: 'accepted'
      readonly attemptId: string
      readonly ordinal: number
      readonly readId: string
      readonly by: AcceptedBy
      readonly atMs: number
      readonly notBeforeMs: number
      /** An approval that was given before this moment may have been taken back by a database that is lost. */
      readonly reversibleBeforeMs?: number
    }
  /** A lost database may have asked the issuer for this try: only its RRN is certain. */
  | {
      readonly type: 'remembered'
      readonly attemptId: string
      readonly ordinal: number
      readonly readId: string
      readonly rrn: string
      readonly nowMs: number
    }
  /** The same of a try that is known here, and was not sent before the copy was taken that this database came from. */
  | { readonly type: 'doubted'; readonly number: number; readonly rrn: string; readonly nowMs: number }
  /** The gateway's own signed word of before its database was lost, which the device has kept. */
  | {
      readonly type: 'adopted'
      readonly attemptId: string
      readonly sending: Pick<Sending, 'stan' | 'rrn' | 'transmittedAtMs' | 'advice'>
      readonly answer: Answer & { readonly approvalCode: string | null; readonly approvedMinor: number }
    }
  /** Somebody looked at the acquirer's: this approval stands there. */
  | {
      readonly type: 'found_approval'
      readonly sending: Pick<Sending, 'stan' | 'rrn' | 'transmittedAtMs'>
      readonly answer: Answer & { readonly approvalCode: string; readonly approvedMinor: number }
    }
  /** Somebody looked at the acquirer's: nothing of this payment stands there that is not known here. */
  | { readonly type: 'found_nothing'; readonly nowMs: number }
  | { readonly type: 'voided'; readonly reason: string }
  | { readonly type: 'sent'; readonly number: number; readonly sending: Sending }
  | { readonly type: 'not_sent'; readonly number: number; readonly retryAtMs: number }
  | {
      readonly type: 'approved'
      readonly number: number
      readonly responseCode: string
      readonly approvalCode: string
      /** Minor units; below what was asked it is a partial approval. */
      readonly approvedMinor: number
      readonly nowMs: number
    }
  | {
      readonly type: 'declined'
      readonly number: number
      readonly responseCode: string
      readonly retryAtMs: number | null
      readonly nowMs: number
    }
  | { readonly type: 'no_answer'; readonly number: number; readonly retryAtMs: number }
  | {
      readonly type: 'reversal_planned'
      readonly number: number
      readonly why: ReversalReason
      readonly stan: string
      readonly nowMs: number
    }
  | { readonly type: 'reversal_unanswered'; readonly number: number; readonly retryAtMs: number }
  | { readonly type: 'reversed'; readonly number: number }
  /** A repeat was answered so: the host has taken the approval back. */
  | { readonly type: 'found_reversed'; readonly number: number }
  | { readonly type: 'represented'; readonly number: number; readonly nowMs: number }

/** Why an event changes nothing. Each is a code of the error table. */
export type StoryRefusal =
  | 'payment_voided'
  | 'attempt_superseded'
  | 'duplicate_suspected'
  | 'attempt_already_settled'

export type Advance = { readonly story: PaymentStory } | { readonly refusal: StoryRefusal }

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
    case 'remembered': {
      const { attemptId, ordinal, readId } = event
      if (story.attempts.some((attempt) => attempt.attemptId === attemptId)) return { story }
      return add(story, { attemptId, ordinal, readId, deferred: false }, perhapsSent(event))
    }
    case 'doubted':
      return move(story, event.number, ['planned', 'shelved'], () => perhapsSent(event))
    case 'adopted': {
      const claimed = claimedAttempt(story)
      if (claimed === null || claimed.attemptId !== event.attemptId) return { refusal: 'attempt_superseded' }
      // Found out meanwhile: by asking, or from the same word, brought twice.
      if (claimed.state === 'approved' || (claimed.state === 'declined' && claimed.retryAtMs === null))
        return { story }
      const { approvalCode, responseCode, answeredAtMs } = event.answer
      const sending = { ...event.sending, sendBeforeMs: event.sending.transmittedAtMs, repeats: 0 }
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
        if (claimed === null) return { refusal: 'attempt_superseded' }
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
      return story.word.said === 'voided'
        ? { story }
        : { story: { ...story, word: { said: 'voided', reason: event.reason } } }
    case 'sent':
      return move(story, event.number, ['planned', 'unknown'], () => ({ state: 'sent', ...event.sending }))
    case 'not_sent': {
      const isRepeat = story.attempts.some(
        (attempt) => attempt.number === event.number && attempt.state === 'sent' && attempt.repeats > 0,
      )
      // The device may have stored the sale while its message was not leaving: from here on it is a deferred sale's.
      const isStored = !isRepeat && claimedAttempt(story)?.number === event.number
      const said = isStored ? { ...story, attempts: mark(story, event.number, { deferred: true }) } : story
      return move(said, event.number, ['planned', 'sent'], (attempt) => {
        // A repeat that did not leave says nothing about the first sending.
        if (isRepeat) return { state: 'unknown', retryAtMs: event.retryAtMs, ...sendingOf(attempt) }
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
    case 'no_answer':
      return move(story, event.number, ['sent'], (attempt) => ({
        state: 'unknown',
        retryAtMs: event.retryAtMs,
        ...sendingOf(attempt),
      }))
    case 'reversal_planned':
      return move(story, event.number, ['approved', 'unknown'], (attempt) => ({
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
    case 'reversed':
      return move(story, event.number, ['reversing'], (attempt) => {
        assert(attempt.state === 'reversing', 'moved from reversing')
        return { state: 'reversed', why: attempt.reversal.why, ...sendingOf(attempt) }
      })
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

/** The attempt that the device's last word names; the latest one when it was presented more than once. */
export function claimedAttempt(story: PaymentStory): Attempt | null {
  const { word } = story
  if (word.said !== 'accepted') return null
  return story.attempts.findLast((attempt) => attempt.attemptId === word.attemptId) ?? null
}

/** Would an approval of this attempt be the payment's? */
export function isWanted(story: PaymentStory, attempt: Attempt): boolean {
  if (story.word.said === 'voided') return false
  if (story.word.said === 'accepted') return claimedAttempt(story)?.number === attempt.number
  return story.attempts.every((other) => other.ordinal <= attempt.ordinal && other.number <= attempt.number)
}

/**
 * Does the issuer only get told? What the card approved by itself, or a voice did, is done: it goes out as an advice,
 * unless it was asked about before the sale was accepted so.
 */
export function isAdvice({ word }: PaymentStory, attempt: Attempt): boolean {
  if ('stan' in attempt && attempt.stan !== UNKNOWN_STAN) return attempt.advice === true
  if (word.said !== 'accepted' || word.via !== 'offline' || word.kind === 'deferred') return false
  return attempt.deferred && attempt.attemptId === word.attemptId
}

/** Minor units that the issuer has promised for the payment; 0 while it has promised nothing. */
export function approvedMinorOf(story: PaymentStory): number {
  const attempt = claimedAttempt(story)
  return attempt?.state === 'approved' ? (attempt.approvedMinor ?? story.money.amountMinor) : 0
}

export function statusOf(story: PaymentStory): PaymentStatus {
  if (story.word.said === 'voided') return 'canceled'
  if (story.word.said === 'open') {
    const waiting = story.attempts.some((attempt) => isWanted(story, attempt) && isUndecided(attempt))
    return waiting ? 'processing' : 'requires_payment_method'
  }
  const attempt = claimedAttempt(story)
  if (attempt?.state === 'approved')
    return story.captureMethod === 'manual' ? 'requires_capture' : 'succeeded'
  if (attempt?.state === 'declined' && attempt.retryAtMs === null) return 'declined'
  return 'processing'
}

/** True when nothing more can happen at the acquirer unless the device says something new. */
export function isSettled(story: PaymentStory): boolean {
  const status = statusOf(story)
  if (status === 'processing' || status === 'requires_payment_method') return false
  return story.attempts.every((attempt) => isWanted(story, attempt) || isQuiet(attempt))
}

/** Of an attempt that nobody wants: nothing of it can still reach or be held at the issuer. */
export function isQuiet(attempt: Attempt): boolean {
  return ['planned', 'shelved', 'declined', 'reversed'].includes(attempt.state)
}

function isUndecided(attempt: Attempt): boolean {
  return ['planned', 'sent', 'unknown', 'approved'].includes(attempt.state)
}

/** How often this try was put to the issuer as a new question, itself included: with its id, what its RRN follows from. */
export function presentationOf(story: PaymentStory, { attemptId, number }: AttemptFacts): number {
  return story.attempts.filter((other) => other.attemptId === attemptId && other.number <= number).length
}

function plan(story: PaymentStory, input: NewAttempt & { notBeforeMs: number }): Advance {
  return add(story, input, { state: 'planned', notBeforeMs: input.notBeforeMs })
}

function partOf({ money }: PaymentStory, approvedMinor: number): { approvedMinor?: number } {
  return approvedMinor < money.amountMinor ? { approvedMinor } : {}
}

function perhapsSent({ rrn, nowMs }: { readonly rrn: string; readonly nowMs: number }): AttemptState {
  const sending = { stan: UNKNOWN_STAN, rrn, transmittedAtMs: nowMs, sendBeforeMs: nowMs, repeats: 0 }
  return { state: 'unknown', retryAtMs: nowMs, ...sending }
}

type NewAttempt = Omit<AttemptFacts, 'number'>

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
  const { stan, rrn, transmittedAtMs, sendBeforeMs, repeats, advice } = attempt
  const sending = { stan, rrn, transmittedAtMs, sendBeforeMs, repeats }
  return advice === undefined ? sending : { ...sending, advice }
}
