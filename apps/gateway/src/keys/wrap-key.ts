import { concatBytes, type Crypto, fromBase64Url, toBase64Url } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'

/** AES-256-GCM; `name` is bound in, so a wrapped key cannot be passed off as another. base64url of nonce and ciphertext. */
export async function wrapKey(
  crypto: Crypto,
  key: Uint8Array,
  name: string,
  data: Uint8Array,
): Promise<string> {
  const nonce = crypto.randomBytes(12)
  const sealed = await crypto.aesGcmSeal({ key, nonce, data, associatedData: utf8(name) })
  return toBase64Url(concatBytes(nonce, sealed))
}

/** Null when it was wrapped under another key or name. */
export async function unwrapKey(
  crypto: Crypto,
  key: Uint8Array,
  name: string,
  wrapped: string,
): Promise<Uint8Array | null> {
  const bytes = fromBase64Url(wrapped)
  if (bytes === null) return null
  const [nonce, data] = [bytes.subarray(0, 12), bytes.subarray(12)]
  return crypto.aesGcmOpen({ key, nonce, data, associatedData: utf8(name) })
}
