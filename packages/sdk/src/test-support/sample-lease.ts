import { toBase64Url } from '@holdfast/core'
import { generateNodeKey, nodeSigningKey, nodeX25519Pair } from '@holdfast/envelope/node'
import type { Lease } from '@holdfast/protocol'
import type { Enrolment } from '../journal/kept-values.ts'
import { deviceKey } from './device-key.ts'
import { ACCOUNT_ID, DEVICE_ID, plainLease } from './plain-lease.ts'
import { READER_ID } from './scripted-reader.ts'

export const gatewayKey = nodeSigningKey(generateNodeKey('ed25519', new Uint8Array(32).fill(7)))
export const sampleSealPair = nodeX25519Pair(generateNodeKey('x25519', new Uint8Array(32).fill(9)))

/** Signed and sealed to by the gateway of the tests. */
export function sampleLease(change: Partial<Lease> = {}): Lease {
  return plainLease({
    sealKeys: [{ keyId: 'sealkey000000001', publicKey: toBase64Url(sampleSealPair.publicKey) }],
    gatewayKeys: [{ keyId: gatewayKey.keyId, publicKey: toBase64Url(gatewayKey.publicKey) }],
    ...change,
  })
}

export function sampleEnrolment(): Enrolment {
  const reader = { id: READER_ID, model: 'scripted', serialNumber: 'S-1' }
  return { account: ACCOUNT_ID, mode: 'test', device: DEVICE_ID, key: deviceKey.keyId, reader }
}
