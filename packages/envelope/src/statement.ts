import { type Crypto, fromBase64Url, type SigningKey, toBase64Url } from '@holdfast/core'
import type { Signed, SigningContext } from '@holdfast/protocol'
import type * as z from 'zod'
import { utf8 } from './utf8.ts'

/** Signs `value` as JSON in a context that keeps it from passing for another kind of statement. */
export async function signStatement(
  key: SigningKey,
  context: SigningContext,
  value: unknown,
): Promise<Signed> {
  const payload = JSON.stringify(value)
  return { payload, keyId: key.keyId, signature: await signText(key, context, payload) }
}

export type PublicKeys = readonly { readonly keyId: string; readonly publicKey: string }[]

/** The statement, or null when its key is not one of `keys`, its signature does not fit, or its shape is not `schema`'s. */
export async function openStatement<Schema extends z.ZodType>(
  crypto: Crypto,
  keys: PublicKeys,
  context: SigningContext,
  schema: Schema,
  signed: Signed,
): Promise<z.infer<Schema> | null> {
  const key = keys.find((candidate) => candidate.keyId === signed.keyId)
  if (key === undefined) return null
  if (!(await verifyText(crypto, key.publicKey, context, signed.payload, signed.signature))) return null
  const parsed = schema.safeParse(parseJson(signed.payload))
  return parsed.success ? parsed.data : null
}

/** Ed25519 over `holdfast-<context>-v1`, a zero byte and the text's bytes; base64url. */
export async function signText(key: SigningKey, context: SigningContext, text: string): Promise<string> {
  return toBase64Url(await key.sign(contextBytes(context, text)))
}

export async function verifyText(
  crypto: Crypto,
  publicKey: string,
  context: SigningContext,
  text: string,
  signature: string,
): Promise<boolean> {
  const [rawKey, rawSignature] = [fromBase64Url(publicKey), fromBase64Url(signature)]
  if (rawKey === null || rawSignature === null) return false
  return crypto.verifyEd25519(rawKey, rawSignature, contextBytes(context, text))
}

/** Undefined for text that is not JSON, which no schema accepts. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function contextBytes(context: SigningContext, text: string): Uint8Array {
  return utf8(`holdfast-${context}-v1\0${text}`)
}
