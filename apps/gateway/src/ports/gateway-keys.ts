import type { SigningKey, X25519Pair } from '@holdfast/core'

export interface GatewayKeys {
  /** Signs leases, receipts, outcomes, answers and the time. */
  readonly signing: SigningKey
  /** Also a retired one: a device that was away believes no other until a lease of its own has named it. */
  signingKey?(keyId: string): SigningKey | null
  /** Newest first, with the retired ones: what they have signed stands. Absent: the one that signs. */
  readonly signingPublicKeys?: readonly { readonly keyId: string; readonly publicKey: string }[]
  /** Private half of a key that devices seal to, also of retired ones; null when never ours. */
  sealKey(keyId: string): X25519Pair | null
  /** Never in the database: what is vaulted cannot be read from a copy of it. */
  readonly vaultKey: Uint8Array
  /** Newest first. */
  readonly sealPublicKeys: readonly { readonly keyId: string; readonly publicKey: string }[]
}
