import type { Clock, Crypto, IdSource, SigningKey, X25519Pair } from '@holdfast/core'
import type { AcquirerProfile } from './authoriser/acquirer-profile.ts'
import type { GatewayStore } from './store/gateway-store.ts'

/** Everything that intake, authoriser and the device API take from outside; the simulation rules all of it. */
export interface GatewayWorld {
  readonly store: GatewayStore
  readonly clock: Clock
  readonly crypto: Crypto
  readonly keys: GatewayKeys
  readonly profile: AcquirerProfile
  readonly log: Log
  /** Wakes whoever waits for a payment or a device. */
  readonly changes: ChangeNotifier
  /**
   * What counts as durable beyond this gateway's own disk (MP12). `commit`: the database answers COMMIT only when a
   * standby has it too. `backup`: a verified backup holds it together with its outcome. `none`, the default: devices
   * keep what they have for a week.
   */
  readonly durable?: 'none' | 'commit' | 'backup'
}

export function idSourceOf({ clock, crypto }: Pick<GatewayWorld, 'clock' | 'crypto'>): IdSource {
  return { wallMs: () => clock.wallMs(), randomBytes: (count) => crypto.randomBytes(count) }
}

export interface GatewayKeys {
  /** Signs leases, receipts, outcomes, answers and the time. */
  readonly signing: SigningKey
  /** Also a retired one: a device that was away believes no other until a lease of its own has named it. */
  signingKey?(keyId: string): SigningKey | null
  /** Newest first, with the retired ones: what they have signed stands. Absent: the one that signs. */
  readonly signingPublicKeys?: readonly { readonly keyId: string; readonly publicKey: string }[]
  /** Private half of a key that devices seal to, also of retired ones; null when never ours. */
  sealKey(keyId: string): X25519Pair | null
  /** Newest first. */
  /** Never in the database: what is vaulted cannot be read from a copy of it. */
  readonly vaultKey: Uint8Array
  readonly sealPublicKeys: readonly { readonly keyId: string; readonly publicKey: string }[]
}

export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

export interface ChangeListener {
  /** Resolves once `key` has been told since the last `wait`, or since listening began; after `timeoutMs` at the latest. */
  wait(timeoutMs: number): Promise<void>
  end(): void
}

export interface ChangeNotifier {
  notify(key: string): void
  /** Resolves at the next `notify` of `key`, or after `timeoutMs`. */
  wait(key: string, timeoutMs: number): Promise<void>
  /** Hears `key` from now on, so that who looks and then waits misses nothing that is told meanwhile. */
  listen(key: string): ChangeListener
  /** True while changes by other processes are told here too; who waits need not look so often then. */
  hearsOthers?(): boolean
}
