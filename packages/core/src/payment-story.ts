import { type Attempt, type AttemptFacts, UNKNOWN_STAN } from './attempt.ts'
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
  /** Written in after the sale, minor units beside `money`; absent for none. */
  readonly tipMinor?: number
  /** What the issuer holds on top of its approval, minor units; absent for nothing. */
  readonly incrementedMinor?: number
  /** What the merchant takes of a manual approval, minor units with the tip; absent until then. */
  readonly capturedMinor?: number
  /** Since when the money is on its way for good: from then on only a refund gives it back. */
  readonly collectedMs?: number
  /** A person has closed it as not paid: no approval of it is wanted any more. */
  readonly givenUp?: GivenUp
}

/** Why an accepted sale was closed without the issuer's word; each is a code of the error table. */
export const giveUpReasons = ['review_rejected', 'deferred_too_old', 'never_decided'] as const
export type GiveUpReason = (typeof giveUpReasons)[number]

export interface GivenUp {
  readonly why: GiveUpReason
  /** What the person said about it, for the merchant. */
  readonly note: string
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

/** The attempt that the device's last word names; the latest one when it was presented more than once. */
export function claimedAttempt(story: PaymentStory): Attempt | null {
  const { word } = story
  if (word.said !== 'accepted') return null
  return story.attempts.findLast((attempt) => attempt.attemptId === word.attemptId) ?? null
}

/** Would an approval of this attempt be the payment's? */
export function isWanted(story: PaymentStory, attempt: Attempt): boolean {
  if (story.word.said === 'voided' || story.givenUp !== undefined) return false
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

/** True where the issuer is asked to hold the money only: how much is taken is said later, by the capture. */
export function holdsOnly({
  captureMethod,
  tipMinor = 0,
}: Pick<PaymentStory, 'captureMethod' | 'tipMinor'>): boolean {
  return captureMethod === 'manual' || tipMinor > 0
}

/** Minor units that the issuer has promised for the payment; 0 while it has promised nothing. */
export function approvedMinorOf(story: PaymentStory): number {
  const attempt = claimedAttempt(story)
  return attempt?.state === 'approved' && isWanted(story, attempt)
    ? (attempt.approvedMinor ?? story.money.amountMinor) + (story.incrementedMinor ?? 0)
    : 0
}

/** Does the issuer hold all of it until it is captured, because it was asked to? Then it can be asked for more. */
export function mayBeIncremented(story: PaymentStory): boolean {
  if (statusOf(story) !== 'requires_capture') return false
  const attempt = claimedAttempt(story)
  return attempt?.state === 'approved' && attempt.holds === true && attempt.approvedMinor === undefined
}

export function statusOf(story: PaymentStory): PaymentStatus {
  if (story.word.said === 'voided') return 'canceled'
  if (story.word.said === 'open') {
    const waiting = story.attempts.some((attempt) => isWanted(story, attempt) && isUndecided(attempt))
    return waiting ? 'processing' : 'requires_payment_method'
  }
  if (story.givenUp !== undefined) return 'declined'
  const attempt = claimedAttempt(story)
  if (attempt?.state === 'approved')
    return story.captureMethod === 'manual' && story.capturedMinor === undefined
      ? 'requires_capture'
      : 'succeeded'
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
  return ['planned', 'shelved', 'expired', 'declined', 'reversed'].includes(attempt.state)
}

function isUndecided(attempt: Attempt): boolean {
  return ['planned', 'sent', 'unknown', 'approved'].includes(attempt.state)
}

/** How often this try was put to the issuer as a new question, itself included: with its id, what its RRN follows from. */
export function presentationOf(story: PaymentStory, { attemptId, number }: AttemptFacts): number {
  return story.attempts.filter((other) => other.attemptId === attemptId && other.number <= number).length
}
