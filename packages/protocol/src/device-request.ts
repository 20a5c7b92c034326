import * as z from 'zod'
import { base64Url, idOf, keyId } from './primitives.ts'

/**
 * Every request of a device but enrolment and ping is signed with its key, so no token has to be fetched first and a
 * cold start works from local state alone. Header `Holdfast-Device` carries this as JSON; the signature is over
 * `METHOD\nPATH?QUERY\nNONCE\nSHA256HEX(BODY)` in context `request`.
 */
export const DEVICE_HEADER = 'holdfast-device'

export const deviceCredential = z.strictObject({
  device: idOf('dev'),
  key: keyId,
  nonce: base64Url.length(22),
  signature: base64Url.length(86),
})
export type DeviceCredential = z.infer<typeof deviceCredential>

/** The text that is signed. */
export function requestText(method: string, pathAndQuery: string, nonce: string, bodySha256: string): string {
  return `${method}\n${pathAndQuery}\n${nonce}\n${bodySha256}`
}
