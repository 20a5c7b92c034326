import { type Currency, newId, type OfflineTerms } from '@holdfast/core'
import { parseJson, signStatement } from '@holdfast/envelope'
import { type Lease, lease as leaseSchema, type Signed } from '@holdfast/protocol'
import type { GatewayWorld } from '../gateway-world.ts'
import type { DeviceRow } from '../store/gateway-store.ts'

/** What a merchant has decided for a device; the lease is this, signed, with an end. */
export interface LeaseTerms {
  readonly accountName: string
  readonly locationName: string
  readonly validForMs: number
  readonly currencies: readonly Currency[]
  readonly offline: Omit<OfflineTerms, 'expiresAtMs'>
  readonly readers: Lease['readers']
}

const RENEW_AFTER_MS = 60_000

/** The lease in force, or a new one where the terms changed or the old one has run for a minute. */
export async function renewLease(world: GatewayWorld, device: DeviceRow, terms: LeaseTerms): Promise<Signed> {
  const nowMs = world.clock.wallMs()
  const before = device.lease === null ? null : leaseSchema.parse(parseJson(device.lease.payload))
  const next = makeLease(world, device, terms, before?.number ?? 0)
  if (before !== null && device.lease !== null && !isOutdated(before, next, nowMs)) return device.lease
  const lease = await signStatement(world.keys.signing, 'lease', next)
  await world.store.commit({ lease: { deviceId: device.deviceId, lease } })
  return lease
}

function makeLease(world: GatewayWorld, device: DeviceRow, terms: LeaseTerms, numberBefore: number): Lease {
  const { clock, crypto, keys } = world
  const nowMs = clock.wallMs()
  const { allowed, kinds, brandsRefused, entryModes } = terms.offline
  return leaseSchema.parse({
    v: 1,
    id: newId('lease', { wallMs: () => nowMs, randomBytes: (length) => crypto.randomBytes(length) }),
    number: numberBefore + 1,
    account: device.account,
    accountName: terms.accountName,
    mode: device.mode,
    device: device.deviceId,
    location: device.location,
    locationName: terms.locationName,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + terms.validForMs,
    allowed,
    kinds,
    brandsRefused,
    entryModes,
    currencies: terms.currencies,
    readers: terms.readers,
    sealKeys: keys.sealPublicKeys,
    gatewayKeys: [{ keyId: keys.signing.keyId, publicKey: publicKeyText(world) }],
  } satisfies Record<keyof Lease, unknown>)
}

function isOutdated(before: Lease, next: Lease, nowMs: number): boolean {
  if (nowMs - before.issuedAtMs >= RENEW_AFTER_MS) return true
  const terms = ({ id: _i, number: _n, issuedAtMs: _a, expiresAtMs: _e, readers: _r, ...rest }: Lease) =>
    JSON.stringify(rest)
  return terms(before) !== terms(next)
}

function publicKeyText(world: GatewayWorld): string {
  return Buffer.from(world.keys.signing.publicKey).toString('base64url')
}
