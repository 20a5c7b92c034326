import { type Crypto, type SigningKey, toBase64Url } from '@holdfast/core'
import { sha256Text, signText } from '@holdfast/envelope'
import { DEVICE_HEADER, type DeviceCredential, requestText } from '@holdfast/protocol'

/** The headers that prove who asks: a signature over method, path, a fresh nonce and the body. */
export async function deviceHeaders(
  identity: { readonly crypto: Crypto; readonly key: SigningKey; readonly device: string },
  request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body: string | null },
): Promise<Record<string, string>> {
  const { crypto, key, device } = identity
  const { method, path, body } = request
  const nonce = toBase64Url(crypto.randomBytes(16))
  const text = requestText(method, path, nonce, await sha256Text(crypto, body ?? ''))
  const signature = await signText(key, 'request', text)
  const credential: DeviceCredential = { device, key: key.keyId, nonce, signature }
  return { [DEVICE_HEADER]: JSON.stringify(credential) }
}

export function jsonHeaders(body: string | null): Record<string, string> {
  return body === null ? {} : { 'content-type': 'application/json' }
}
