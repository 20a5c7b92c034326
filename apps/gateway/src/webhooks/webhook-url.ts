import { isIP } from 'node:net'
import type { Mode } from '@holdfast/protocol'
import { isPublicAddress } from './public-address.ts'

const URL_LENGTH_MAX = 2_000

export type UrlRefusal =
  | 'url_invalid'
  | 'url_too_long'
  | 'url_not_http'
  | 'url_has_credentials'
  | 'url_not_https_in_live_mode'
  | 'url_not_public'

export interface UrlRules {
  readonly mode: Mode
  /** For development: localhost and private addresses are taken too. */
  readonly allowPrivate: boolean
}

/**
 * Whether webhooks may go to this URL, as far as its text tells: where a name leads to is looked at again at each
 * connection.
 */
export function readWebhookUrl(text: string, { mode, allowPrivate }: UrlRules): URL | UrlRefusal {
  if (text.length > URL_LENGTH_MAX) return 'url_too_long'
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) return 'url_invalid'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'url_not_http'
  if (url.username !== '' || url.password !== '') return 'url_has_credentials'
  if (url.protocol === 'http:' && mode === 'live') return 'url_not_https_in_live_mode'
  if (!allowPrivate && isSurelyPrivate(hostOf(url))) return 'url_not_public'
  return url
}

/** As a socket takes it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function isSurelyPrivate(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host)
  return /(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(host) || !host.includes('.')
}
