import {
  cardBrands,
  cardholderVerifications,
  clockTrusts,
  currencies,
  type Currency,
  entryModes,
  offlineKinds,
  type OfferedMethods,
  type OfflineTerms,
  type TipSuggestions,
} from '@holdfast/core'
import * as z from 'zod'
import { fingerprint, idOf, keyId, mode, publicKey, shortText, unixMs } from './primitives.ts'

export const DENIED_CARDS_MAX = 2_000
const AIDS_REFUSED_MAX = 100
export const TIPS_OFFERED_MAX = 8

const limits = z.partialRecord(z.enum(currencies), z.int().min(0))
const anchor = z.enum(['last_contact', 'first_payment'])

export const kindTerms = z.strictObject({
  perPaymentMinor: limits,
  storedTotalMinor: limits,
  storedCount: z.int().min(0),
  acceptanceWindowMs: z.int().min(0),
  acceptanceAnchor: anchor,
  uploadWindowMs: z.int().min(0),
  uploadAnchor: anchor,
  lateUpload: z.enum(['present', 'expire']),
})

const deviceTotals = z.strictObject({ storedTotalMinor: limits, storedCount: z.int().min(0) })

/** Everything that decides offline and is the merchant's to decide; each field is explained in `OfflineTerms`. */
export const offlineTerms = z.strictObject({
  allowed: z.boolean(),
  clockTrustMin: z.enum(clockTrusts),
  kinds: z.partialRecord(z.enum(offlineKinds), kindTerms),
  deviceTotals,
  brandsRefused: z.array(z.enum(cardBrands)),
  aidsRefused: z.array(z.string().regex(/^([0-9A-F]{2}){5,16}$/)).max(AIDS_REFUSED_MAX),
  entryModes: z.array(z.enum(entryModes)),
  cvms: z.partialRecord(z.enum(entryModes), z.array(z.enum(cardholderVerifications))),
  perCard: z
    .strictObject({ windowMs: z.int().min(0), count: z.int().min(0).max(100), sumMinor: limits })
    .nullable(),
  denied: z.array(fingerprint).max(DENIED_CARDS_MAX),
  approvalAboveMinor: limits,
  contactAboveMinor: limits,
}) satisfies z.ZodType<Omit<OfflineTerms, 'expiresAtMs' | 'liability' | 'location' | 'readers'>>

/** What customers are offered to give on top, by currency (TM17); amounts in minor units. */
export const tipSuggestions = z.partialRecord(
  z.enum(currencies),
  z.strictObject({
    percentages: z.array(z.int().min(0).max(100)).max(TIPS_OFFERED_MAX),
    fixedMinor: z.array(z.int().min(0)).max(TIPS_OFFERED_MAX),
    fixedBelowMinor: z.int().min(0).nullable(),
  }),
) satisfies z.ZodType<Partial<Record<Currency, TipSuggestions>>>

/** ST14: what is taken at all, online or not. Nothing of either kind would be no offer. */
export const offeredMethods = z.strictObject({
  brands: z.array(z.enum(cardBrands)).min(1),
  entryModes: z.array(z.enum(entryModes)).min(1),
}) satisfies z.ZodType<OfferedMethods>

/** SQ7: who took on the risk of offline payments, when, and the version of the text that names it. */
export const liability = z.strictObject({
  acceptedBy: shortText,
  acceptedMs: unixMs,
  textVersion: shortText,
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
  /** Null: nobody has, and nothing is allowed offline. */
  liability: liability.nullable(),
  ...offlineTerms.shape,
  currencies: z.array(z.enum(currencies)).min(1),
  /** Absent from an older gateway, and where nobody is asked for a tip. */
  tipping: tipSuggestions.optional(),
  /** Since version 2. Absent: everything that the reader can read. */
  offered: offeredMethods.optional(),
  readers: z.array(
    z.strictObject({
      reader: idOf('rdr'),
      location: idOf('loc'),
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
