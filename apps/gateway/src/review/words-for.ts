import type { GiveUpReason } from '@holdfast/core'
import {
  ADVICE_REFUSED,
  CARD_BLOCK_GONE,
  CARD_BLOCK_UNREADABLE,
  DEFERRED_TOO_OLD,
  OUTCOME_LOST,
  RETRIES_USED_UP,
} from '../payments/attention.ts'

/** Why a person may say that a record is genuine after all. */
const RELEASABLE: ReadonlySet<string> = new Set(['record_fork', 'duplicate_suspected', 'device_revoked'])

/** What a machine may try once more when a person has looked. */
const TRIED_AGAIN: ReadonlySet<string> = new Set([RETRIES_USED_UP, ADVICE_REFUSED, CARD_BLOCK_UNREADABLE])

/** What may be closed as not paid, and the reason that the till shows. */
const GIVEN_UP: ReadonlyMap<string, GiveUpReason> = new Map([
  [DEFERRED_TOO_OLD, 'deferred_too_old'],
  [RETRIES_USED_UP, 'never_decided'],
  [CARD_BLOCK_UNREADABLE, 'never_decided'],
  [CARD_BLOCK_GONE, 'never_decided'],
])

export type ReviewWordKind = 'release' | 'reject' | 'resolve'

/** What may be said of records that were set aside for this reason. */
export function wordsForRecords(code: string): readonly ReviewWordKind[] {
  return RELEASABLE.has(code) ? ['release', 'reject'] : ['reject']
}

/** What may be said of a payment that waits for this reason. */
export function wordsForPayment(attention: string): readonly ReviewWordKind[] {
  if (attention === OUTCOME_LOST) return ['resolve']
  const again: readonly ReviewWordKind[] = TRIED_AGAIN.has(attention) ? ['release'] : []
  return GIVEN_UP.has(attention) ? [...again, 'reject'] : again
}

/** Null where it may not be given up: the card has paid, or nobody knows. */
export function giveUpReason(attention: string): GiveUpReason | null {
  return GIVEN_UP.get(attention) ?? null
}
