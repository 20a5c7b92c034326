import { type Clock, type Crypto, type SigningKey, toBase64Url } from '@holdfast/core'
import { openStatement, parseJson, type PublicKeys } from '@holdfast/envelope'
import {
  type AttemptStatement,
  attemptStatement,
  type FeedAnswer,
  feedAnswer,
  type GenerationMark,
  type IntakeReceipt,
  intakeAnswer,
  intakeReceipt,
  type IntakeRequest,
  type Lease,
  lease,
  onlineAttemptAnswer,
  pingAnswer,
  type Signed,
  type SignedTime,
  signedTime,
  type SigningContext,
  type WireRecord,
} from '@holdfast/protocol'
import type * as z from 'zod'
import {
  ATTEMPT_ACK_TIMEOUT_MS,
  ATTEMPT_POLL_TIMEOUT_MS,
  FEED_TIMEOUT_MS,
  FEED_UNSYNCED_WAIT_MS,
  FEED_WAIT_MS,
  PING_STALE_MS,
  PING_TIMEOUT_MS,
  RECORDS_TIMEOUT_MS,
} from '../limits.ts'
import type { Network, NetworkAnswer } from '../network.ts'
import { deviceHeaders, jsonHeaders } from './device-request.ts'
import type { LiveCall } from '../outage/evidence.ts'

/**
 * `heard`: the gateway itself said so, under its signature. Everything else (a captive portal's page, a proxy's JSON,
 * a redirect, 500, silence) is the unknown: it means nothing but that nothing was heard.
 */
export type Reply<Value> =
  | { readonly heard: true; readonly value: Value }
  | { readonly heard: false; readonly answer: NetworkAnswer }

export interface GatewayClientDeps {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly key: SigningKey
  readonly network: Network
  readonly device: string
  /** The gateway's keys of the lease in force. */
  readonly keys: () => PublicKeys
  /** Told how each live call went, pings apart. */
  readonly onReply: (call: LiveCall, reply: Reply<unknown>, tookMs: number) => void
}

interface ClientRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string | null
  readonly signal?: AbortSignal
}

/** The device API, from the caller's side. */
export class GatewayClient {
  readonly #deps: GatewayClientDeps
  #abort = new AbortController()
  #silent = false

  constructor(deps: GatewayClientDeps) {
    this.#deps = deps
  }

  /** While silent, nobody is asked; what is under way is given up. */
  setSilent(silent: boolean): void {
    this.#silent = silent
    if (silent) this.#abort.abort()
    else if (this.#abort.signal.aborted) this.#abort = new AbortController()
  }

  get silent(): boolean {
    return this.#silent
  }

  startAttempt(record: WireRecord, mark: GenerationMark): Promise<Reply<AttemptStatement>> {
    const body = JSON.stringify({ record, mark })
    const request = { method: 'POST', path: '/device/v1/attempts', body } as const
    return this.#live('attempt', request, ATTEMPT_ACK_TIMEOUT_MS, onlineAttemptAnswer, (answer) =>
      this.#open('attempt', attemptStatement, answer.answer),
    )
  }

  /** `signal` gives up waiting; what has become of the attempt is then as unknown as before. */
  attempt(
    query: { attemptId: string; paymentId: string; waitMs: number },
    signal: AbortSignal,
  ): Promise<Reply<AttemptStatement>> {
    const { attemptId, paymentId, waitMs } = query
    const path = `/device/v1/attempts/${attemptId}?payment=${paymentId}&waitMs=${waitMs}`
    return this.#live(
      'answer',
      { method: 'GET', path, body: null, signal },
      ATTEMPT_POLL_TIMEOUT_MS,
      onlineAttemptAnswer,
      (answer) => this.#open('attempt', attemptStatement, answer.answer),
    )
  }

  sendRecords(batch: IntakeRequest): Promise<Reply<IntakeReceipt>> {
    const request = { method: 'POST', path: '/device/v1/records', body: JSON.stringify(batch) } as const
    return this.#live('records', request, RECORDS_TIMEOUT_MS, intakeAnswer, async ({ receipt }) => {
      const opened = await this.#open('receipt', intakeReceipt, receipt)
      return opened?.device === (batch.onBehalfOf ?? this.#deps.device) ? opened : null
    })
  }

  /**
   * Heard only with a lease that the gateway signed; the items are verified by whoever applies them. `lease` is the one
   * that this device goes by: what an earlier one held of the location's cap is then free for others. `synced`: all
   * that was written before this generation of the gateway is with it.
   */
  feed(cursor: {
    generation: number
    after: number
    synced: boolean
    lease: number
  }): Promise<Reply<{ answer: FeedAnswer; lease: Lease }>> {
    const { generation, after, synced, lease: number } = cursor
    // The newest key that is known here: after a rotation the gateway introduces the next one under it.
    const key = this.#deps.keys()[0]?.keyId ?? ''
    const waitMs = synced ? FEED_WAIT_MS : FEED_UNSYNCED_WAIT_MS
    const position = `generation=${generation}&after=${after}&synced=${synced ? 1 : 0}`
    const path = `/device/v1/feed?${position}&lease=${number}&key=${key}&orders=1&tips=1&notices=1&waitMs=${waitMs}`
    const request = { method: 'GET', path, body: null } as const
    return this.#live('feed', request, FEED_TIMEOUT_MS, feedAnswer, async (answer) => {
      const opened = await this.#open('lease', lease, answer.lease)
      return opened?.device === this.#deps.device ? { answer, lease: opened } : null
    })
  }

  /**
   * The gateway's time, bound to a fresh nonce, so that no recording can stand in for it. An answer that a machine slept
   * over says what time it was; by which clock that shows differs between platforms, so either counts.
   */
  async ping(timeoutMs = PING_TIMEOUT_MS): Promise<Reply<SignedTime>> {
    const { clock, crypto } = this.#deps
    const nonce = toBase64Url(crypto.randomBytes(16))
    const request = { method: 'GET', path: `/device/v1/ping?nonce=${nonce}`, body: null } as const
    const [monotonicMs, wallMs] = [clock.monotonicMs(), clock.wallMs()]
    const reply = await this.#call({ ...request, headers: {} }, timeoutMs, pingAnswer, async ({ time }) => {
      const opened = await this.#open('time', signedTime, time)
      return opened?.nonce === nonce ? opened : null
    })
    const passedMs = Math.max(clock.monotonicMs() - monotonicMs, Math.abs(clock.wallMs() - wallMs))
    if (reply.heard && passedMs > PING_STALE_MS)
      return { heard: false, answer: { reached: false, why: 'timeout' } }
    return reply
  }

  #open<Schema extends z.ZodType>(
    context: SigningContext,
    schema: Schema,
    statement: Signed,
  ): Promise<z.infer<Schema> | null> {
    return openStatement(this.#deps.crypto, this.#deps.keys(), context, schema, statement)
  }

  async #live<Schema extends z.ZodType, Value>(
    call: LiveCall,
    request: ClientRequest,
    timeoutMs: number,
    schema: Schema,
    verify: (answer: z.infer<Schema>) => Promise<Value | null>,
  ): Promise<Reply<Value>> {
    const { clock, onReply } = this.#deps
    const headers = await deviceHeaders(this.#deps, request)
    const startedMs = clock.monotonicMs()
    const reply = await this.#call({ ...request, headers }, timeoutMs, schema, verify)
    onReply(call, reply, clock.monotonicMs() - startedMs)
    return reply
  }

  async #call<Schema extends z.ZodType, Value>(
    request: ClientRequest & { headers: Record<string, string> },
    timeoutMs: number,
    schema: Schema,
    verify: (answer: z.infer<Schema>) => Promise<Value | null>,
  ): Promise<Reply<Value>> {
    if (this.#silent) return { heard: false, answer: { reached: false, why: 'aborted' } }
    const signals = [this.#abort.signal, ...(request.signal === undefined ? [] : [request.signal])]
    const signal = AbortSignal.any(signals)
    const headers = { ...request.headers, ...jsonHeaders(request.body) }
    const answer = await this.#deps.network.request({ ...request, headers, timeoutMs, signal })
    if (!answer.reached || answer.status !== 200) return { heard: false, answer }
    const parsed = schema.safeParse(parseJson(answer.body))
    const value = parsed.success ? await verify(parsed.data) : null
    return value === null ? { heard: false, answer } : { heard: true, value }
  }
}
