import { cardBrands, currencies, entryModes, offlineKinds } from '@holdfast/core'
import * as z from 'zod'
import { idOf, keyId, mode, publicKey, shortText, unixMs } from './primitives.ts'

const limits = z.partialRecord(z.enum(currencies), z.int().min(0))

export const kindTerms = z.strictObject({
  perPaymentMinor: limits,
  storedTotalMinor: limits,
  storedCount: z.int().min(0),
  acceptanceWindowMs: z.int().min(0),
  acceptanceAnchor: z.enum(['last_contact', 'first_payment']),
  uploadWindowMs: z.int().min(0),
})

/**
 * What a device may do without the gateway, signed by it and renewed at each contact. No valid lease, no offline.
 * Keys of the gateway travel here, so a device always knows whom to seal to and whom to believe.
 */
export const lease = z.strictObject({
  v: z.literal(1),
  id: idOf('lease'),
  /** Rises with each lease of the device; a device never goes back to a lower one. */
  number: z.int().min(1),
  account: idOf('acct'),
  accountName: shortText,
  mode,
  device: idOf('dev'),
  location: idOf('loc'),
  locationName: shortText,
  issuedAtMs: unixMs,
  expiresAtMs: unixMs,
  allowed: z.boolean(),
  kinds: z.partialRecord(z.enum(offlineKinds), kindTerms),
  brandsRefused: z.array(z.enum(cardBrands)),
  entryModes: z.array(z.enum(entryModes)),
  currencies: z.array(z.enum(currencies)).min(1),
  readers: z.array(
    z.strictObject({
      reader: idOf('rdr'),
      model: shortText,
      offlineCapable: z.boolean(),
      lastOnlineMs: unixMs,
    }),
  ),
  /** Newest first; the first one is sealed to. */
  sealKeys: z.array(z.strictObject({ keyId, publicKey })).min(1),
  /** Ed25519 keys that receipts, outcomes and the next lease may be signed with. */
  gatewayKeys: z.array(z.strictObject({ keyId, publicKey })).min(1),
})
export type Lease = z.infer<typeof lease>
