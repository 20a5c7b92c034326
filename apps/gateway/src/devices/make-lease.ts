import { type Currency, newId, type OfferedMethods, type OfflineTerms } from '@holdfast/core'
import { parseJson, signStatement, signText } from '@holdfast/envelope'
import { type Lease, lease as leaseSchema, type Signed } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow } from '../store/gateway-store.ts'

/** What a merchant has decided for a device; the lease is this, signed, with an end. */
export interface LeaseTerms {
  readonly accountName: string
  readonly locationName: string
  readonly validForMs: number
  readonly currencies: readonly Currency[]
  /** Null: nobody is asked for a tip. */
  readonly tipping: Lease['tipping'] | null
  /** ST14. Null: everything. */
  readonly offered: OfferedMethods | null
  /** Who took the risk on; null: nothing is allowed offline. */
  readonly liability: OfflineTerms['liability']
  readonly offline: Omit<OfflineTerms, 'expiresAtMs' | 'liability' | 'location' | 'readers'>
  /** Those that were seen online with this device, at its location. */
  readonly readers: readonly Omit<Lease['readers'][number], 'location'>[]
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

/** The same lease under another key of ours: a device believes only the keys that its last lease named. */
export async function signedFor(world: GatewayWorld, lease: Signed, keyId: string | null): Promise<Signed> {
  const key = keyId === null || keyId === lease.keyId ? null : (world.keys.signingKey?.(keyId) ?? null)
  if (key === null) return lease
  return { ...lease, keyId: key.keyId, signature: await signText(key, 'lease', lease.payload) }
}

function makeLease(world: GatewayWorld, device: DeviceRow, terms: LeaseTerms, numberBefore: number): Lease {
  const { clock, crypto, keys } = world
  const nowMs = clock.wallMs()
  const { liability, offline } = terms
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
    liability,
    ...offline,
    allowed: offline.allowed && liability !== null,
    currencies: terms.currencies,
    ...(terms.tipping === null ? {} : { tipping: terms.tipping }),
    ...(terms.offered === null ? {} : { offered: terms.offered }),
    readers: terms.readers.map((reader) => ({ ...reader, location: device.location })),
    sealKeys: keys.sealPublicKeys,
    gatewayKeys: keys.signingPublicKeys ?? [{ keyId: keys.signing.keyId, publicKey: publicKeyText(world) }],
  } satisfies Record<Exclude<keyof Lease, 'tipping' | 'offered'>, unknown>)
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
