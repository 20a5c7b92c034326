import { fetchNetwork } from '../fetch-network.ts'
import type { Network, NetworkAnswer } from '../network.ts'

/** The way to the gateway over Node's `fetch`. */
export function nodeNetwork(gatewayUrl: string): Network {
  return fetchNetwork(gatewayUrl, {
    fetch: (url, init) => fetch(url, init),
    timeout: (timeoutMs) => AbortSignal.timeout(timeoutMs),
    nowMs: () => Date.now(),
    why: (error) => whyOf(codeOf(error)),
  })
}

/** True when any of the targets answers at all, whatever it says. */
export function nodeReachability(targets: readonly string[]): (timeoutMs: number) => Promise<boolean> {
  return async (timeoutMs) => {
    const tries = targets.map((url) =>
      fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }),
    )
    return Promise.any(tries).then(
      () => true,
      () => false,
    )
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}

function whyOf(code: string): Extract<NetworkAnswer, { reached: false }>['why'] {
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns'
  if (code === 'ENETUNREACH' || code === 'ENETDOWN' || code === 'EHOSTUNREACH') return 'offline'
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT')) return 'tls'
  return 'reset'
}
