import { parseJson } from '@holdfast/envelope'
import { type OutcomeStatement, outcomeStatement, type Signed } from '@holdfast/protocol'
import { acceptedOf, factsOf, isAtRisk, storedOf } from '../journal/payment-parts.ts'
import type { NeverStored, StoredOffline, StoredPayment } from '../journal/stored-payment.ts'

/**
 * The gateway's last word about a payment, as this device keeps it; the later word replaces an earlier one. The caller
 * releases what the payment held before, so a word that comes twice releases once.
 */
export function applyOutcome(
  payment: StoredPayment,
  statement: OutcomeStatement,
  outcome: Signed,
): StoredPayment {
  const facts = { ...factsOf(payment), sealedSeqs: [] }
  const failed = statement.status === 'declined' || statement.status === 'canceled'
  const { givenUp } = statement
  const code = givenUp?.why ?? statement.responseCode ?? statement.status
  const refused = givenUp === undefined ? { code } : { code, note: givenUp.note }
  if (payment.state === 'OPEN' || payment.state === 'VOIDED') return payment
  // About another card of the same payment, which a copy of this journal has read.
  if (statement.attempt !== null && statement.attempt !== payment.attemptId) return payment
  if (statement.status === 'processing') return releasedFromReview(payment)
  if (isOlder(statement, payment)) return payment
  if (payment.state === 'ACCEPTED_ONLINE') {
    if (!failed) return { ...payment, sealedSeqs: [], outcome }
    return {
      ...facts,
      ...acceptedOf(payment),
      ...NEVER_STORED,
      state: 'FAILED_TO_PROCESS',
      ...refused,
      outcome,
    }
  }
  const parts = { ...facts, ...acceptedOf(payment) }
  if (isAtRisk(payment) || payment.state === 'PROCESSED') {
    const stored = storedOf(payment)
    if (!failed) return { ...parts, ...stored, state: 'PROCESSED', outcome }
    return { ...parts, ...stored, state: 'FAILED_TO_PROCESS', ...refused, outcome }
  }
  const stored = keptStored(payment)
  if (failed) return { ...parts, ...stored, state: 'FAILED_TO_PROCESS', ...refused, outcome }
  return stored.offlineKind === null ? payment : { ...parts, ...stored, state: 'PROCESSED', outcome }
}

function releasedFromReview(payment: StoredPayment): StoredPayment {
  if (payment.state !== 'FAILED_TO_UPLOAD') return payment
  return { ...factsOf(payment), ...acceptedOf(payment), ...storedOf(payment), state: 'UPLOADED' }
}

/** A restored gateway reads its feed out again from the start; what it said last, also before the restore, counts. */
function isOlder(statement: OutcomeStatement, payment: StoredPayment): boolean {
  if (!('outcome' in payment) || payment.outcome === undefined) return false
  const kept = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
  return kept.success && kept.data.atMs > statement.atMs
}

const NEVER_STORED: NeverStored = { offlineKind: null, offlineWhy: null }

function keptStored(payment: StoredOffline | NeverStored): StoredOffline | NeverStored {
  return payment.offlineKind === null ? NEVER_STORED : storedOf(payment)
}
