import type { Exposure } from './exposure.ts'
import type { KindTerms, WindowAnchor } from './offline-terms.ts'
import type { ClockTrust } from './trusted-time.ts'

/** Device time as the lease counts it, and the last time the gateway was heard. */
export interface OfflineClock {
  readonly nowMs: number
  readonly lastContactMs: number | null
  readonly trust: ClockTrust
}

/**
 * When the device stops accepting payments of this kind (SQ5); null while nothing has started the window. Only contact
 * moves it: both anchors are of the journal's head row and outlive a restart, a sign-in and a reload.
 */
export function acceptanceEndsMs(rules: KindTerms, exposure: Exposure, clock: OfflineClock): number | null {
  const anchorMs = anchorOf(rules.acceptanceAnchor, exposure, clock)
  return anchorMs === null ? null : anchorMs + rules.acceptanceWindowMs
}

/** Until when a payment that is accepted now may be presented to the issuer (SQ6). */
export function uploadUntilMs(rules: KindTerms, exposure: Exposure, clock: OfflineClock): number {
  return (anchorOf(rules.uploadAnchor, exposure, clock) ?? clock.nowMs) + rules.uploadWindowMs
}

function anchorOf(anchor: WindowAnchor, exposure: Exposure, clock: OfflineClock): number | null {
  return anchor === 'last_contact' ? clock.lastContactMs : exposure.firstStoredMs
}
