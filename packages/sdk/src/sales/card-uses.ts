import type { CardUse } from '@holdfast/core'
import { totalOf } from '../journal/follow-ups.ts'
import { termsOf } from '../journal/offline-rules.ts'
import type { JournalReads, JournalState } from '../journal/journal-step.ts'
import { CARD_USES_READ_MAX } from '../limits.ts'

/**
 * What was stored with this card and counts against its limits: a void takes a use back and so does the issuer's
 * approval, a decline does not; a tip counts with its payment. Read by the card's keyed fingerprint from the payments
 * themselves, under the head that the sale is committed over, so two tabs cannot pass a limit together. `without`: a
 * payment that is counted apart.
 */
export async function loadCardUses(
  store: JournalReads,
  state: JournalState,
  { fingerprint, without = null }: { readonly fingerprint: string; readonly without?: string | null },
): Promise<readonly CardUse[]> {
  const { perCard } = termsOf(state)
  if (perCard === null) return []
  const card = { fingerprint, sinceMs: state.time.nowMs - perCard.windowMs }
  const payments = await store.payments({ card, states: COUNTING, limit: CARD_USES_READ_MAX })
  return payments.flatMap((payment) =>
    'acceptedMs' in payment && isStored(payment) && payment.paymentId !== without
      ? [{ money: totalOf(payment), atMs: payment.acceptedMs }]
      : [],
  )
}

const COUNTING = ['QUEUED', 'UPLOADED', 'FAILED_TO_UPLOAD', 'FAILED_TO_PROCESS'] as const

/** An approval that did not last was never stored. */
function isStored(payment: object): boolean {
  return 'offlineKind' in payment && payment.offlineKind !== null
}
