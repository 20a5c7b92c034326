import type { Lease } from '@holdfast/protocol'
import { READER_ID } from './scripted-reader.ts'

export const DEVICE_ID = 'dev_000000000000000000000001'
export const ACCOUNT_ID = 'acct_000000000000000000000001'

/** Terms that allow everything a test sells; its keys are nobody's. */
export function plainLease(change: Partial<Lease> = {}): Lease {
  const terms = {
    perPaymentMinor: { eur: 10_000 },
    storedTotalMinor: { eur: 100_000 },
    storedCount: 1_000,
    acceptanceWindowMs: 86_400_000,
    acceptanceAnchor: 'last_contact',
    uploadWindowMs: 259_200_000,
    uploadAnchor: 'last_contact',
    lateUpload: 'present',
  } as const
  return {
    v: 1,
    id: 'lease_000000000000000000000001',
    number: 1,
    account: ACCOUNT_ID,
    accountName: 'Café',
    mode: 'test',
    device: DEVICE_ID,
    location: LOCATION_ID,
    locationName: 'Corner',
    issuedAtMs: 1_790_000_000_000,
    expiresAtMs: 1_790_000_000_000 + 30 * 86_400_000,
    liability: { acceptedBy: 'Ada', acceptedMs: 1_790_000_000_000, textVersion: '1' },
    allowed: true,
    clockTrustMin: 'held',
    kinds: { deferred: terms, card_approved: terms },
    deviceTotals: { storedTotalMinor: { eur: 100_000 }, storedCount: 1_000 },
    brandsRefused: ['interac'],
    aidsRefused: [],
    cvms: {},
    perCard: null,
    denied: [],
    approvalAboveMinor: {},
    contactAboveMinor: {},
    entryModes: ['contact', 'contactless'],
    currencies: ['eur'],
    readers: [
      {
        reader: READER_ID,
        location: LOCATION_ID,
        model: 'scripted',
        offlineCapable: true,
        lastOnlineMs: change.issuedAtMs ?? 1_790_000_000_000,
      },
    ],
    sealKeys: [NOBODY],
    gatewayKeys: [NOBODY],
    ...change,
  }
}

const LOCATION_ID = 'loc_000000000000000000000001'
const NOBODY = { keyId: 'nobody0000000000', publicKey: 'A'.repeat(43) }
