import {
  acceptanceEndsMs,
  type Currency,
  type OfflineKind,
  offlineKinds,
  type WindowAnchor,
} from '@holdfast/core'
import type { Device } from '../device.ts'
import { offlineClockOf, termsOf } from '../journal/offline-rules.ts'

/** What this device may take offline now, and until when; the same for each seller until its lease changes (MP4, MP5). */
export interface PaymentSettings {
  readonly isOfflineProcessingAllowed: boolean
  /** What the lease has terms for; `voice` needs a code that the issuer gives by telephone. */
  readonly offlineKinds: readonly OfflineKind[]
  /** Largest amount of one payment in minor units, by currency; null when offline is not allowed. */
  readonly offlineTransactionAmountLimit: AmountByCurrency | null
  /** Largest sum that may wait undecided. */
  readonly offlineTotalStoredAmountLimit: AmountByCurrency | null
  readonly offlineStoredCountLimit: number | null
  /** How long the device accepts after its anchor, and until when as things stand; null when no window runs. */
  readonly acceptanceWindowMs: number | null
  readonly acceptanceAnchor: WindowAnchor | null
  readonly acceptUntilMs: number | null
  /** How long after its acceptance a payment may still be sent. */
  readonly uploadWindowMs: number | null
  readonly leaseExpiresAtMs: number
}

type AmountByCurrency = Readonly<Partial<Record<Currency, number>>>

export function paymentSettingsOf({ journal }: Device): PaymentSettings {
  const { head } = journal.state
  const lease = termsOf(journal.state)
  const terms = lease.kinds.deferred ?? lease.kinds.card_approved ?? lease.kinds.voice
  const leaseExpiresAtMs = lease.expiresAtMs
  if (!lease.allowed || lease.liability === null || terms === undefined)
    return { ...NOT_ALLOWED, leaseExpiresAtMs }
  const { acceptanceAnchor, acceptanceWindowMs, uploadWindowMs } = terms
  const windowEndMs = acceptanceEndsMs(terms, head.exposure, offlineClockOf(journal.state))
  return {
    isOfflineProcessingAllowed: true,
    offlineKinds: offlineKinds.filter((kind) => lease.kinds[kind] !== undefined),
    offlineTransactionAmountLimit: terms.perPaymentMinor,
    offlineTotalStoredAmountLimit: terms.storedTotalMinor,
    offlineStoredCountLimit: terms.storedCount,
    acceptanceWindowMs,
    acceptanceAnchor,
    acceptUntilMs: windowEndMs === null ? null : Math.min(windowEndMs, leaseExpiresAtMs),
    uploadWindowMs,
    leaseExpiresAtMs,
  }
}

const NOT_ALLOWED: Omit<PaymentSettings, 'leaseExpiresAtMs'> = {
  isOfflineProcessingAllowed: false,
  offlineKinds: [],
  offlineTransactionAmountLimit: null,
  offlineTotalStoredAmountLimit: null,
  offlineStoredCountLimit: null,
  acceptanceWindowMs: null,
  acceptanceAnchor: null,
  acceptUntilMs: null,
  uploadWindowMs: null,
}
