import {
  type Consent,
  type LocalOfflineLimits,
  lowerTerms,
  type Money,
  type OfflineClock,
  type SaleTerms,
} from '@holdfast/core'
import type { Lease } from '@holdfast/protocol'
import type { JournalState } from './journal-step.ts'

/** The lease as this device applies it: lowered by what was set on the device itself (SQ4, TA5). */
export function termsOf({ lease, local }: { lease: Lease; local: LocalOfflineLimits }): Lease {
  return lowerTerms(lease, local)
}

export function offlineClockOf({ head, time }: Pick<JournalState, 'head' | 'time'>): OfflineClock {
  return { nowMs: time.nowMs, lastContactMs: head.time.contactMs, trust: time.trust }
}

/** A sale of this device, not yet in the limits, with a reader whose own word is that it can. */
export function saleTermsOf(
  { lease }: Pick<JournalState, 'lease'>,
  sale: { readonly money: Money; readonly reader: string } & Partial<SaleTerms & Consent>,
): SaleTerms & Consent {
  const unsaid = { reserved: false, location: lease.location, readerCapable: true }
  return { ...unsaid, approved: false, contact: false, voice: false, ...sale }
}
