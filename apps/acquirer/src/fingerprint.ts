import { createHmac } from 'node:crypto'

/** HMAC-SHA256 of a card number in lower-case hexadecimal. Worth nothing to anyone without the key. */
export function createFingerprint(key: Uint8Array): (pan: string) => string {
  return (pan) => createHmac('sha256', key).update(pan).digest('hex')
}
