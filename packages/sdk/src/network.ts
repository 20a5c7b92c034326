/**
 * The way to the gateway. `body` and the answer are text; anything but an answer with a status is `unreachable`, with
 * what is known of why. Never throws. A redirect is not followed: it is an answer with its 3xx status.
 * An answer larger than `ANSWER_BYTES_MAX` is `unreachable` too.
 */
export interface Network {
  request(request: NetworkRequest): Promise<NetworkAnswer>
}

export const ANSWER_BYTES_MAX = 4_194_304

export interface NetworkRequest {
  readonly method: 'GET' | 'POST'
  /** Path and query, beginning with a slash. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly timeoutMs: number
  /** Gives up early; the answer is then unreachable. */
  readonly signal?: AbortSignal
}

export type NetworkAnswer =
  | {
      readonly reached: true
      readonly status: number
      readonly body: string
      readonly retryAfterMs: number | null
    }
  | {
      readonly reached: false
      readonly why: 'refused' | 'timeout' | 'reset' | 'dns' | 'offline' | 'tls' | 'too_large' | 'aborted'
    }
