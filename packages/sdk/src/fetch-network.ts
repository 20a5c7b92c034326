import { ANSWER_BYTES_MAX, type Network, type NetworkAnswer, type NetworkRequest } from './network.ts'

/** What the platform's `fetch` needs to be; given from outside, as every way to the world is. */
export interface Fetching {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** A signal that aborts by itself. */
  readonly timeout: (timeoutMs: number) => AbortSignal
  readonly nowMs: () => number
  /** What an error of `fetch` means on this platform. */
  readonly why: (error: unknown) => Extract<NetworkAnswer, { reached: false }>['why']
}

/** The way to the gateway over `fetch`. Redirects are not followed, credentials and caches not used. */
export function fetchNetwork(gatewayUrl: string, platform: Fetching): Network {
  const base = gatewayUrl.replace(/\/+$/, '')
  return {
    async request(request) {
      // Node refuses a fraction of a millisecond.
      const deadline = platform.timeout(Math.ceil(request.timeoutMs))
      const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal])
      try {
        const response = await platform.fetch(base + request.path, initOf(request, signal))
        // A browser hides a redirect's status; that it is one is all that counts.
        const status = response.type === 'opaqueredirect' ? 302 : response.status
        const body = response.body === null ? '' : await readText(response.body)
        if (body === null) return { reached: false, why: 'too_large' }
        const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), platform.nowMs())
        return { reached: true, status, body, retryAfterMs }
      } catch (error) {
        if (request.signal?.aborted === true) return { reached: false, why: 'aborted' }
        return { reached: false, why: deadline.aborted ? 'timeout' : platform.why(error) }
      }
    },
  }
}

/** Seconds or a date (RFC 9110 §10.2.3), as milliseconds from now; null when absent or unreadable. */
export function parseRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null || text.trim() === '') return null
  const seconds = Number(text)
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1_000))
  // oxlint-disable-next-line no-restricted-globals -- a parser, not a clock
  const dateMs = Date.parse(text)
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

function initOf({ method, headers, body }: NetworkRequest, signal: AbortSignal): RequestInit {
  return { method, headers, body, signal, redirect: 'manual', credentials: 'omit', cache: 'no-store' }
}

/** Null when it is larger than an answer may be; the rest is not read. */
async function readText(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.length
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel()
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}
