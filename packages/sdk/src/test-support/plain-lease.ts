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
  } as const
  return {
    v: 1,
    id: 'lease_000000000000000000000001',
    number: 1,
    account: ACCOUNT_ID,
    accountName: 'Café',
    mode: 'test',
    device: DEVICE_ID,
    location: 'loc_000000000000000000000001',
    locationName: 'Corner',
    issuedAtMs: 1_790_000_000_000,
    expiresAtMs: 1_790_000_000_000 + 30 * 86_400_000,
    allowed: true,
    kinds: { deferred: terms, card_approved: terms },
    brandsRefused: ['interac'],
    entryModes: ['contact', 'contactless'],
    currencies: ['eur'],
    readers: [
      { reader: READER_ID, model: 'scripted', offlineCapable: true, lastOnlineMs: 1_790_000_000_000 },
    ],
    sealKeys: [NOBODY],
    gatewayKeys: [NOBODY],
    ...change,
  }
}

const NOBODY = { keyId: 'nobody0000000000', publicKey: 'A'.repeat(43) }
