import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/**
 * The figures tell how much a shop sells: a token opens them, else only this machine itself. A proxy on this machine
 * speaks for somebody else, so what it forwards is not this machine.
 */
export function mayReadMetrics(
  caller: { readonly ip: string; readonly headers: IncomingHttpHeaders },
  token: string | null,
): boolean {
  const { ip, headers } = caller
  if (token !== null) return isSame(headers.authorization ?? '', `Bearer ${token}`)
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  return ip === '::1' || /^(::ffff:)?127\./.test(ip)
}

function isSame(said: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(said), digest(wanted))
}
