import * as z from 'zod'
import { base64Url, keyId } from './primitives.ts'

/**
 * A statement and its Ed25519 signature. The payload is signed as the exact bytes sent, so nothing depends on two
 * programs writing JSON alike. The signed bytes begin with the context, so no statement can pass for another kind.
 */
export const signed = z.strictObject({
  payload: z.string().max(200_000),
  keyId,
  signature: base64Url.length(86),
})
export type Signed = z.infer<typeof signed>

export const signingContexts = [
  'record',
  'lease',
  'outcome',
  'receipt',
  'time',
  'attempt',
  'request',
  'standing',
  'export',
  'order',
  'tip',
  'notices',
] as const
export type SigningContext = (typeof signingContexts)[number]
