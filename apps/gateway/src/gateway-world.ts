import type { AuthoriserRules, Clock, Crypto, SigningKey, X25519Pair } from '@holdfast/core'
import type { GatewayStore } from './store/gateway-store.ts'

/** Everything that intake, authoriser and the device API take from outside; the simulation rules all of it. */
export interface GatewayWorld {
  readonly store: GatewayStore
  readonly clock: Clock
  readonly crypto: Crypto
  readonly keys: GatewayKeys
  readonly profile: AcquirerProfile
  readonly log: Log
  /** Wakes whoever waits for a payment of this process. */
  readonly changes: ChangeNotifier
  /**
   * What counts as durable beyond this gateway's own disk (MP12). `commit`: the database answers COMMIT only when a
   * standby has it too. `backup`: a verified backup holds it together with its outcome. `none`, the default: devices
   * keep what they have for a week.
   */
  readonly durable?: 'none' | 'commit' | 'backup'
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

/** What one acquirer contract wants; data, so that another acquirer is another row. */
export interface AcquirerProfile extends AuthoriserRules {
  readonly link: string
  readonly acquirerId: string
  readonly merchantId: string
  readonly merchantCategory: string
  /** How long an answer may take. */
  readonly answerTimeoutMs: number
  /** Nothing leaves later than this after it was decided. */
  readonly sendWithinMs: number
  /** How long accepted payments wait for what their device has stated. */
  readonly holdMs: number
  readonly concurrentMax: number
}

export const defaultAcquirerProfile: AcquirerProfile = {
  link: 'acquirer-1',
  acquirerId: '100001',
  merchantId: 'HOLDFAST0000001',
  merchantCategory: '5999',
  answerTimeoutMs: 15_000,
  sendWithinMs: 3_000,
  holdMs: 60_000,
  concurrentMax: 32,
  hostDeduplicates: true,
  hostKnowsRrn: true,
  unclaimedReversalMs: 24 * 3_600_000,
}

export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

export interface ChangeNotifier {
  notify(key: string): void
  /** Resolves at the next `notify` of `key`, or after `timeoutMs`. */
  wait(key: string, timeoutMs: number): Promise<void>
}
