import { fetchNetwork } from '../fetch-network.ts'
import type { Network } from '../network.ts'
import type { ReachabilityTarget, TargetFinding } from '../platform-hints.ts'

/** The way to the gateway over Node's `fetch`. */
export function nodeNetwork(gatewayUrl: string): Network {
  return fetchNetwork(gatewayUrl, {
    fetch: (url, init) => fetch(url, init),
    timeout: (timeoutMs) => AbortSignal.timeout(timeoutMs),
    nowMs: () => Date.now(),
    why: (error) => whyOf(codeOf(error)),
  })
}

/** Places that answer anything at all, one `HEAD` each; a redirect is not followed. */
export function nodeReachability(targets: readonly string[]): readonly ReachabilityTarget[] {
  return targets.map((target) => ({
    target,
    async probe(timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs)
      return fetch(target, { method: 'HEAD', redirect: 'manual', signal }).then(
        () => 'answered',
        (error) => (signal.aborted ? 'timeout' : whyOf(codeOf(error))),
      )
    },
  }))
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}

/** What a code of Node, OpenSSL or undici says; whatever else it may be, the connection did not carry an answer. */
function whyOf(code: string): Exclude<TargetFinding, 'answered' | 'portal'> {
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout'
  if (DNS_CODES.has(code)) return 'dns'
  if (code === 'ENETUNREACH' || code === 'ENETDOWN' || code === 'EHOSTUNREACH') return 'offline'
  return TLS_CODE.test(code) ? 'tls' : 'reset'
}

const DNS_CODES = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ENODATA',
  'ESERVFAIL',
  'EREFUSED',
])

/** `EPROTO`: something that does not speak TLS, such as a portal. The others: a certificate that is not accepted. */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|EPROTO$|UNABLE_TO_|HOSTNAME_MISMATCH$|INVALID_CA$)|CERT|CRL/
