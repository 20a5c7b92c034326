import type { Crypto } from '@holdfast/core'
import { createHmac } from 'node:crypto'
import { unwrapKey, wrapKey } from '../keys/wrap-key.ts'

const SECRET_BYTES = 32
const PREFIX = 'whsec_'

/** `whsec_` and base64, as Standard Webhooks writes it; Stripe's clients take the whole text as their key. */
export function newWebhookSecret(crypto: Pick<Crypto, 'randomBytes'>): string {
  return `${PREFIX}${Buffer.from(crypto.randomBytes(SECRET_BYTES)).toString('base64')}`
}

export interface SecretKeeper {
  wrap(endpoint: string, secret: string): Promise<string>
  /** Throws when it was wrapped under another gateway secret, or for another endpoint. */
  unwrap(endpoint: string, wrapped: string): Promise<string>
}

/** Keeps secrets of endpoints under the gateway's wrapping key: a copy of the database alone signs nothing. */
export function createSecretKeeper(crypto: Crypto, wrappingKey: Uint8Array): SecretKeeper {
  const nameOf = (endpoint: string) => `holdfast-webhook-secret-v1/${endpoint}`
  return {
    wrap: (endpoint, secret) =>
      wrapKey(crypto, wrappingKey, nameOf(endpoint), new TextEncoder().encode(secret)),
    async unwrap(endpoint, wrapped) {
      const bytes = await unwrapKey(crypto, wrappingKey, nameOf(endpoint), wrapped)
      if (bytes === null)
        throw new Error(`The secret of ${endpoint} cannot be opened with this gateway secret`)
      return new TextDecoder().decode(bytes)
    },
  }
}

/**
 * Both schemes on each delivery, one signature per secret: `Stripe-Signature` (HMAC-SHA256 of `t.body`, hex) and
 * Standard Webhooks 1.0 (HMAC-SHA256 of `id.t.body`, base64). The id is the event's, the same in every try.
 */
export function signatureHeaders(
  secrets: readonly string[],
  { eventId, body, atMs }: { eventId: string; body: string; atMs: number },
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(atMs / 1_000))
  const stripe = secrets.map((secret) => `v1=${hmac(secret, `${seconds}.${body}`).toString('hex')}`)
  const standard = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${hmac(key, `${eventId}.${seconds}.${body}`).toString('base64')}`
  })
  return {
    'stripe-signature': [`t=${seconds}`, ...stripe].join(','),
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': standard.join(' '),
  }
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
