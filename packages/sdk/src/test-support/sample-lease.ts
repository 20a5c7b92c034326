import { generateNodeKey, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import { toBase64Url } from '@holdfast/core'
import type { Lease } from '@holdfast/protocol'
import type { Enrolment } from '../journal/kept-values.ts'
import { deviceKey } from './device-key.ts'
import { READER_ID } from './scripted-reader.ts'

export const gatewayKey = nodeSigningKey(generateNodeKey('ed25519', new Uint8Array(32).fill(7)))
const sealPair = nodeX25519Pair(generateNodeKey('x25519', new Uint8Array(32).fill(9)))

export const DEVICE_ID = 'dev_000000000000000000000001'
export const ACCOUNT_ID = 'acct_000000000000000000000001'

export function sampleLease(change: Partial<Lease> = {}): Lease {
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
    sealKeys: [{ keyId: 'sealkey000000001', publicKey: toBase64Url(sealPair.publicKey) }],
    gatewayKeys: [{ keyId: gatewayKey.keyId, publicKey: toBase64Url(gatewayKey.publicKey) }],
    ...change,
  }
}

export function sampleEnrolment(): Enrolment {
  const reader = { id: READER_ID, model: 'scripted', serialNumber: 'S-1' }
  return { account: ACCOUNT_ID, mode: 'test', device: DEVICE_ID, key: deviceKey.keyId, reader }
}
