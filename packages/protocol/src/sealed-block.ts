import * as z from 'zod'
import type { Mode } from './primitives.ts'
import { base64Url, keyId } from './primitives.ts'

/** HPKE (RFC 9180) base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export const SEAL_SCHEME = 'hpke-x25519-sha256-aes256gcm'

export const sealedBlock = z.strictObject({
  scheme: z.literal(SEAL_SCHEME),
  keyId,
  enc: base64Url.length(43),
  ciphertext: base64Url.min(22).max(8_192),
})
export type SealedBlock = z.infer<typeof sealedBlock>

/** All that the reader knows of the sale; bound into the seal, so a block cannot be moved to another payment or amount. */
export interface SealContext {
  readonly account: string
  readonly mode: Mode
  readonly device: string
  readonly reader: string
  readonly payment: string
  readonly read: string
  readonly amountMinor: number
  readonly currency: string
}

/** What is inside: the only place where a card number exists between the reader and the gateway's authoriser. */
export const cardSecrets = z.strictObject({
  pan: z.string().regex(/^\d{12,19}$/),
  /** YYMM. */
  expiry: z.string().regex(/^\d{4}$/),
  panSequence: z
    .string()
    .regex(/^\d{2}$/)
    .nullable(),
  track2: z
    .string()
    .regex(/^\d{12,19}[D=]\d{7,}$/)
    .nullable(),
  /** DE55 as given at the first GENERATE AC, upper-case hexadecimal; empty for magnetic stripe. */
  emv: z.string().regex(/^([0-9A-F]{2}){0,255}$/),
})
export type CardSecrets = z.infer<typeof cardSecrets>
