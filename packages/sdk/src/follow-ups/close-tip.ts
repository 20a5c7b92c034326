import {
  addStored,
  atRisk,
  type CardUse,
  type Currency,
  type Exposure,
  isAmountMinor,
  type Money,
  tallyOf,
  OFFLINE_AMOUNT_MAX_MINOR,
  type PerCardTerms,
} from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { type ErrorCode, outcomeStatement } from '@holdfast/protocol'
import { followUpsOf, totalOf } from '../journal/follow-ups.ts'
import { termsOf } from '../journal/offline-rules.ts'
import type { JournalState, JournalStep } from '../journal/journal-step.ts'
import { owedMinor } from '../journal/partial-approval.ts'
import type { FollowUps, StoredPayment } from '../journal/stored-payment.ts'
import { release } from '../journal/void-draft.ts'
import { loadCardUses } from '../sales/card-uses.ts'

/** Batches are closed once a day: the acquirer takes no final amount after that, and knows of none that is older. */
const TIP_WITHIN_MS = 24 * 3_600_000

/**
 * The tip of a payment, written in after its sale. It raises what a stored payment holds in the limits, so they are
 * checked again in the same append; the windows are not, since the sale was accepted in time. The same tip again
 * changes nothing, another one replaces it; where the approval took the money, as long as the acquirer was not told.
 */
export function closeTip(
  paymentId: string,
  tip: { readonly tipMinor: number; readonly currency: Currency },
): JournalStep<Tipped, StoredPayment> {
  const { tipMinor, currency } = tip
  return {
    async load(store, state) {
      const payment = await store.payment(paymentId)
      if (payment === null || !('card' in payment)) return { payment, others: [] }
      const { fingerprint } = payment.card
      return { payment, others: await loadCardUses(store, state, { fingerprint, without: paymentId }) }
    },
    build(state, { payment, others }) {
      if (payment === null) return { do: 'refuse', code: 'not_found' }
      if (currency !== payment.money.currency) return { do: 'refuse', code: 'currency_mismatch' }
      if (!isTip(tipMinor, payment)) return { do: 'refuse', code: 'amount_invalid' }
      const followUps = followUpsOf(payment)
      if (followUps.tip?.tipMinor === tipMinor) return { do: 'nothing', value: payment }
      if (!mayBeTipped(payment, state.time.nowMs)) return { do: 'refuse', code: 'tip_not_adjustable' }
      const atMs = state.time.nowMs
      const tipped: StoredPayment = { ...payment, followUps: { ...followUps, tip: { tipMinor, atMs } } }
      const held = hold(state, { before: payment, after: tipped, others })
      if (!held.ok) return { do: 'refuse', code: held.code }
      const { saleId } = payment
      const body = { kind: 'tip.closed', sale: saleId, payment: paymentId, tipMinor, currency } as const
      const records = [{ body, sealed: null }]
      return {
        do: 'commit',
        value: tipped,
        draft: { records, exposure: held.exposure, payments: () => [tipped] },
      }
    },
  }
}

/** True where `closeTip` may still take a tip for it, the limits aside. `nowMs`: device time. */
export function mayBeTipped(payment: StoredPayment, nowMs: number): boolean {
  const { tip, capture, refunds } = followUpsOf(payment)
  // Of a part, all that was approved goes to the sale itself (MC3).
  return (
    isTippable(payment, nowMs) &&
    capture === null &&
    refunds.length === 0 &&
    owedMinor(payment) === 0 &&
    isOpen(tip)
  )
}

/** The acquirer was told nothing yet, as far as it is known: of one that was too much it never heard. */
function isOpen(tip: FollowUps['tip']): boolean {
  const said = tip?.said
  return said === undefined || (said.is === 'set_aside' && said.code === 'tip_above_tolerance')
}

function isTip(tipMinor: number, { money }: StoredPayment): boolean {
  return Number.isSafeInteger(tipMinor) && tipMinor >= 0 && isAmountMinor(money.amountMinor + tipMinor)
}

/** Stored and undecided, waiting for its capture, or approved so lately that its batch may still be open. */
function isTippable(payment: StoredPayment, nowMs: number): boolean {
  switch (payment.state) {
    case 'QUEUED':
    case 'UPLOADED':
      return true
    case 'ACCEPTED_ONLINE':
      return payment.captureMethod === 'manual' || nowMs - payment.acceptedMs < TIP_WITHIN_MS
    case 'PROCESSED': {
      const outcome = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
      if (!outcome.success) return false
      if (payment.captureMethod === 'manual') return outcome.data.status === 'requires_capture'
      return outcome.data.status === 'succeeded' && nowMs - payment.acceptedMs < TIP_WITHIN_MS
    }
    case 'OPEN':
    case 'VOIDED':
    case 'FAILED_TO_PROCESS':
    case 'FAILED_TO_UPLOAD':
      return false
  }
}

interface Tipped {
  readonly payment: StoredPayment | null
  /** What else was stored with its card. */
  readonly others: readonly CardUse[]
}

type Held =
  | { readonly ok: true; readonly exposure: Exposure }
  | { readonly ok: false; readonly code: ErrorCode }

/** The limits with the new total in the place of the old one. A smaller tip is always taken. */
function hold(
  state: JournalState,
  { before, after, others }: { before: StoredPayment; after: StoredPayment; others: readonly CardUse[] },
): Held {
  const { head } = state
  const lease = termsOf(state)
  if (after.state !== 'QUEUED' && after.state !== 'UPLOADED') return { ok: true, exposure: head.exposure }
  const { offlineKind } = after
  const total = totalOf(after)
  const { currency } = total
  const released = release(head.exposure, before)
  if (total.amountMinor > totalOf(before).amountMinor) {
    const terms = lease.kinds[offlineKind]
    const perPaymentMinor = terms?.perPaymentMinor[currency] ?? 0
    if (total.amountMinor > Math.min(perPaymentMinor, OFFLINE_AMOUNT_MAX_MINOR[currency]))
      return { ok: false, code: 'offline_amount_above_limit' }
    const reservedMinor = tallyOf(released.reserved, currency).sumMinor + total.amountMinor
    const ofKindMinor = tallyOf(released.stored[offlineKind], currency).sumMinor
    if (ofKindMinor + reservedMinor > (terms?.storedTotalMinor[currency] ?? 0))
      return { ok: false, code: 'offline_stored_total_above_limit' }
    const ofDeviceMinor = tallyOf(atRisk(released), currency).sumMinor
    if (ofDeviceMinor + reservedMinor > (lease.deviceTotals.storedTotalMinor[currency] ?? 0))
      return { ok: false, code: 'offline_device_total_above_limit' }
    if (
      isAboveCardTotal(lease.perCard, others, {
        total,
        acceptedMs: after.acceptedMs,
        nowMs: state.time.nowMs,
      })
    )
      return { ok: false, code: 'offline_card_total_above_limit' }
  }
  const { firstStoredMs } = head.exposure
  return { ok: true, exposure: { ...addStored(released, offlineKind, total, 0), firstStoredMs } }
}

/** What one card may hold within its window; a payment that has left the window counts no more, with its tip. */
function isAboveCardTotal(
  perCard: PerCardTerms | null,
  others: readonly CardUse[],
  { total, acceptedMs, nowMs }: { total: Money; acceptedMs: number; nowMs: number },
): boolean {
  if (perCard === null || nowMs - acceptedMs >= perCard.windowMs) return false
  const within = others.filter(({ atMs }) => nowMs - atMs < perCard.windowMs)
  const ofCurrency = within.filter(({ money }) => money.currency === total.currency)
  const sumMinor = ofCurrency.reduce((sum, { money }) => sum + money.amountMinor, total.amountMinor)
  return sumMinor > (perCard.sumMinor[total.currency] ?? Infinity)
}
