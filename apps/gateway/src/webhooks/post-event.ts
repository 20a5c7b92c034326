import { type Clock } from '@holdfast/core'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { AddressNotPublic, checkedLookup, type Resolve } from './checked-lookup.ts'
import { isPublicAddress } from './public-address.ts'
import { hostOf } from './webhook-url.ts'

/** From the look-up of the name to the status line. Stripe's own limit is of this order too. */
const ANSWER_WITHIN_MS = 20_000
/** What is read of an answer's body, so that a polite server is not cut off in the middle; nothing of it is kept. */
const BODY_BYTES_MAX = 64 * 1_024
const BODY_WITHIN_MS = 2_000

type PostError =
  | 'address_not_public'
  | 'name_not_found'
  | 'connection_refused'
  | 'connection_lost'
  | 'certificate_invalid'
  | 'timed_out'
  /** By us: the process ends. */
  | 'broken_off'

export type PostResult =
  | { readonly got: 'status'; readonly status: number }
  | { readonly got: 'nothing'; readonly error: PostError }

export interface PostDeps {
  readonly clock: Clock
  readonly allowPrivate: boolean
  /** The system's resolver when absent. */
  readonly resolve?: Resolve
  /** Breaks off what is under way. */
  readonly signal?: AbortSignal
}

/**
 * Posts once, over a connection of its own to an address that was checked, follows nothing, and always ends: never
 * rejects. What the other side says beyond its status is not looked at.
 */
export function postEvent(
  { clock, allowPrivate, resolve, signal }: PostDeps,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<PostResult> {
  const host = hostOf(url)
  // A socket looks up no name for an address, so nothing else would check it.
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host))
    return Promise.resolve({ got: 'nothing', error: 'address_not_public' })
  const { promise, resolve: settle } = Promise.withResolvers<PostResult>()
  const bytes = Buffer.from(body)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, {
    method: 'POST',
    agent: false,
    headers: { ...headers, 'content-length': String(bytes.length), connection: 'close' },
    maxHeaderSize: 16 * 1_024,
    ...(allowPrivate ? {} : { lookup: checkedLookup(resolve) }),
  })
  const end = (error: PostError) => () => {
    settle({ got: 'nothing', error })
    request.destroy()
  }
  const breakOff = end('broken_off')
  signal?.addEventListener('abort', breakOff)
  const stopTimer = clock.timer(ANSWER_WITHIN_MS, end('timed_out'))
  const cancel = () => {
    stopTimer()
    signal?.removeEventListener('abort', breakOff)
  }
  request.on('error', (error: NodeJS.ErrnoException) => {
    cancel()
    settle({ got: 'nothing', error: errorOf(error) })
  })
  request.on('response', (response) => {
    cancel()
    settle({ got: 'status', status: response.statusCode ?? 0 })
    discard(clock, response)
  })
  request.end(bytes)
  if (signal?.aborted === true) breakOff()
  return promise
}

function discard(clock: Clock, response: IncomingMessage): void {
  const cancel = clock.timer(BODY_WITHIN_MS, () => response.destroy())
  let left = BODY_BYTES_MAX
  response.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) response.destroy()
  })
  response.on('error', () => undefined)
  response.on('close', cancel)
}

function errorOf(error: NodeJS.ErrnoException): PostError {
  if (error instanceof AddressNotPublic) return 'address_not_public'
  const { code = '' } = error
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name_not_found'
  if (code === 'ECONNREFUSED') return 'connection_refused'
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL/.test(code)) return 'certificate_invalid'
  return code === 'ETIMEDOUT' ? 'timed_out' : 'connection_lost'
}
