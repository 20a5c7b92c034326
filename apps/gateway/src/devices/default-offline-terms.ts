import { currencies, type Currency, type KindTerms } from '@holdfast/core'
import type { LeaseTerms } from './make-lease.ts'

const DAY_MS = 24 * 3_600_000
/** A device's stored total is this many of the largest single payment. */
const PAYMENTS_IN_TOTAL = 250
const STORED_COUNT = 5_000

/** About 200 euros in every currency, in its minor unit. */
const PER_PAYMENT_MINOR: Readonly<Partial<Record<Currency, number>>> = {
  czk: 500_000,
  dkk: 150_000,
  hkd: 160_000,
  huf: 8_000_000,
  jpy: 30_000,
  kwd: 65_000,
  mxn: 400_000,
  nok: 200_000,
  pln: 90_000,
  ron: 100_000,
  sek: 200_000,
}
const PER_PAYMENT_MINOR_ELSEWHERE = 20_000

/** What a device may do offline where the merchant has decided nothing else. */
export const defaultOfflineTerms: LeaseTerms['offline'] = {
  allowed: true,
  // A till that was switched off for the night knows the time well enough to open without network.
  clockTrustMin: 'held',
  // A card's own approval is not yet presented by the advice that the issuer may not decline, so it is stored as deferred.
  kinds: { deferred: kindTerms() },
  deviceTotals: {
    storedTotalMinor: byCurrency((minor) => minor * PAYMENTS_IN_TOTAL * 2),
    storedCount: STORED_COUNT,
  },
  // Interac debit exists online only (REQUIREMENTS SQ9).
  brandsRefused: ['interac'],
  aidsRefused: [],
  entryModes: ['contact', 'contactless'],
  cvms: {},
  perCard: null,
  denied: [],
  approvalAboveMinor: {},
  contactAboveMinor: {},
}

export const LEASE_VALID_FOR_MS = 7 * DAY_MS

function kindTerms(): KindTerms {
  return {
    perPaymentMinor: byCurrency((minor) => minor),
    storedTotalMinor: byCurrency((minor) => minor * PAYMENTS_IN_TOTAL),
    storedCount: STORED_COUNT,
    acceptanceWindowMs: 7 * DAY_MS,
    acceptanceAnchor: 'last_contact',
    uploadWindowMs: 7 * DAY_MS,
    uploadAnchor: 'first_payment',
    lateUpload: 'present',
  }
}

function byCurrency(limit: (perPaymentMinor: number) => number): Partial<Record<Currency, number>> {
  return Object.fromEntries(
    currencies.map((currency) => [
      currency,
      limit(PER_PAYMENT_MINOR[currency] ?? PER_PAYMENT_MINOR_ELSEWHERE),
    ]),
  )
}
