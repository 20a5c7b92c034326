import { AMOUNT_MINOR_MAX, currencies, isId, type IdPrefix } from '@holdfast/core'
import * as z from 'zod'

/** `pi_…` and its siblings: prefix and 24 base-62 digits. */
export function idOf(prefix: IdPrefix): z.ZodString {
  return z
    .string()
    .refine((text) => isId(prefix, text), { error: `must be an id like ${prefix}_ + 24 letters or digits` })
}

export const amountMinor = z.int().min(1).max(AMOUNT_MINOR_MAX)
export const sumMinor = z.int().min(0)
export const currency = z.enum(currencies)
/** Before the year 9999: beyond it no message could be built and no day be named. */
export const unixMs = z.int().min(0).max(253_370_764_800_000)
/** SHA-256, lower-case hexadecimal. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)
export const base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/)
/** Raw 32-byte public key (Ed25519 or X25519), base64url. */
export const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const keyId = z.string().regex(/^[A-Za-z0-9_-]{16}$/)
/** Of a card, keyed per account: base64url. */
export const fingerprint = z.string().regex(/^[A-Za-z0-9_-]{1,43}$/)
export const shortText = z.string().max(200)
export const mode = z.enum(['test', 'live'])
export type Mode = z.infer<typeof mode>
