import { decode, encode, EncodeError } from './codec.ts'
import type { Connection, Dialer, LinkClock } from './link-ports.ts'
import { answerMti, type Iso8583Message } from './message.ts'
import {
  buildNetworkRequest,
  NETWORK_CODES,
  type NetworkCode,
  parseNetworkAnswer,
} from './network-management.ts'
import type { WireProfile } from './profile.ts'

/**
 * down ──dialled──▶ signing_on ──0810/00──▶ up
 *   ▲                   │                   │
 *   └──── back-off ◀────┴── close, silence, malformed message
 */
export type LinkState = 'down' | 'signing_on' | 'up'

/** `not_sent` is certain: no byte left this process. Everything else that is not an answer is `no_answer`. */
export type Exchange =
  | { readonly kind: 'answer'; readonly message: Iso8583Message }
  | { readonly kind: 'not_sent'; readonly why: NotSent }
  | { readonly kind: 'no_answer'; readonly why: NoAnswer }

export type NotSent =
  | 'not_connected'
  | 'send_before_passed'
  | 'already_in_flight'
  | 'too_many_in_flight'
  | 'message_not_valid'

export type NoAnswer = 'timeout' | 'connection_lost' | 'link_stopped'

export type StateChangeReason =
  | 'connected'
  | 'signed_on'
  | 'connection_closed'
  | 'send_failed'
  | 'malformed_message'
  | 'sign_on_refused'
  | 'sign_on_unanswered'
  | 'echo_unanswered'
  | 'stopped'

export type LinkLimits = {
  readonly connectTimeoutMs: number
  readonly signOnTimeoutMs: number
  /** Silence from the host after which it is asked for an echo. */
  readonly echoAfterMs: number
  readonly echoTimeoutMs: number
  /** A reconnect waits a random time below base · 2ⁿ, at most the maximum. */
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** A connection that was up this long forgives the failures before it. */
  readonly steadyAfterMs: number
  readonly inFlightMax: number
}

export const LINK_LIMITS: LinkLimits = {
  connectTimeoutMs: 3_000,
  signOnTimeoutMs: 3_000,
  echoAfterMs: 15_000,
  echoTimeoutMs: 3_000,
  backoffBaseMs: 200,
  backoffMaxMs: 10_000,
  steadyAfterMs: 5_000,
  inFlightMax: 1_000,
}

export type LinkOptions = {
  readonly profile: WireProfile
  readonly dialer: Dialer
  readonly clock: LinkClock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly limits?: Partial<LinkLimits>
  readonly onStateChange?: (state: LinkState, why: StateChangeReason) => void
  /** Answers nobody waits for any more, and requests of the host. */
  readonly onUnmatched?: (message: Iso8583Message) => void
}

export type ExchangeOptions = {
  readonly timeoutMs: number
  /** Wall time from which on the message must not leave; checked last, at the socket. */
  readonly sendBeforeMs?: number
}

type Waiter = { readonly settle: (exchange: Exchange) => void; readonly cancelTimer: () => void }

/**
 * Keeps one connection to an acquirer signed on and carries many exchanges over it at once.
 * An answer belongs to the request with the same class of MTI, terminal, STAN, local time and RRN.
 * Nothing is queued and nothing is sent twice: repeating is the caller's decision, on its own record.
 */
export class AcquirerLink {
  readonly #options: LinkOptions
  readonly #limits: LinkLimits
  readonly #waiters = new Map<string, Waiter>()
  #running = false
  #state: LinkState = 'down'
  /** The attempt to connect that still counts; others are closed as they arrive. */
  #dialling: AbortController | undefined
  /** Defined exactly in the states `signing_on` and `up`. */
  #connection: Connection | undefined
  #cancelBackoff: () => void = () => {}
  #cancelEcho: () => void = () => {}
  #failures = 0
  #upSinceMs = 0
  #heardAtMs = 0
  #networkStan = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#limits = { ...LINK_LIMITS, ...options.limits }
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#failures = 0
    this.#dial()
  }

  /** Ends all exchanges as `link_stopped` and closes the connection; `start` may follow. */
  stop(): void {
    if (!this.#running) return
    this.#running = false
    this.#dialling?.abort()
    this.#dialling = undefined
    this.#cancelBackoff()
    if (this.#connection !== undefined) this.#drop(this.#connection, 'stopped')
  }

  state(): LinkState {
    return this.#state
  }

  /** Never rejects. The same transaction cannot be in flight twice. */
  async exchange(message: Iso8583Message, options: ExchangeOptions): Promise<Exchange> {
    const connection = this.#connection
    if (connection === undefined || this.#state !== 'up') return notSent('not_connected')
    return this.#send(connection, message, options)
  }

  #dial(): void {
    const attempt = new AbortController()
    this.#dialling = attempt
    const failed = (): void => {
      if (this.#dialling !== attempt) return
      this.#dialling = undefined
      this.#redialLater()
    }
    const cancelTimer = this.#options.clock.setTimer(this.#limits.connectTimeoutMs, () => {
      failed()
      attempt.abort()
    })
    this.#options.dialer.dial(attempt.signal).then(
      (connection) => {
        cancelTimer()
        if (this.#dialling !== attempt) return connection.close()
        this.#dialling = undefined
        return this.#connected(connection)
      },
      () => {
        cancelTimer()
        failed()
      },
    )
  }

  #redialLater(): void {
    if (!this.#running) return
    const { backoffBaseMs, backoffMaxMs } = this.#limits
    const ceilingMs = Math.min(backoffMaxMs, backoffBaseMs * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    this.#cancelBackoff = this.#options.clock.setTimer(this.#options.random() * ceilingMs, () => this.#dial())
  }

  #connected(connection: Connection): void {
    this.#connection = connection
    this.#setState('signing_on', 'connected')
    connection.onMessage((bytes) => this.#received(connection, bytes))
    connection.onClose(() => this.#lost(connection, 'connection_closed'))
    // The connection may have closed meanwhile, or the state listener may have stopped the link.
    if (this.#connection === connection) void this.#signOn(connection)
  }

  async #signOn(connection: Connection): Promise<void> {
    const exchange = await this.#manage(connection, NETWORK_CODES.signOn, this.#limits.signOnTimeoutMs)
    if (this.#connection !== connection) return
    if (exchange.kind !== 'answer') return this.#drop(connection, 'sign_on_unanswered')
    const answer = parseNetworkAnswer(exchange.message)
    if (!answer.ok || answer.value.responseCode !== '00') return this.#drop(connection, 'sign_on_refused')
    this.#upSinceMs = this.#options.clock.monotonicMs()
    this.#setState('up', 'signed_on')
    this.#watch(connection)
  }

  /** A connection can look open for minutes after the host is gone: after a silence it must echo. */
  #watch(connection: Connection): void {
    const { echoAfterMs, echoTimeoutMs } = this.#limits
    const silentMs = this.#options.clock.monotonicMs() - this.#heardAtMs
    this.#cancelEcho = this.#options.clock.setTimer(Math.max(1, echoAfterMs - silentMs), () => {
      if (this.#options.clock.monotonicMs() - this.#heardAtMs < echoAfterMs) return this.#watch(connection)
      void this.#manage(connection, NETWORK_CODES.echo, echoTimeoutMs).then((exchange) => {
        if (this.#connection !== connection) return undefined
        return exchange.kind === 'answer'
          ? this.#watch(connection)
          : this.#drop(connection, 'echo_unanswered')
      })
    })
  }

  #manage(connection: Connection, code: NetworkCode, timeoutMs: number): Promise<Exchange> {
    this.#networkStan = (this.#networkStan % 999_999) + 1
    const stan = String(this.#networkStan).padStart(6, '0')
    const transmittedAtMs = this.#options.clock.wallMs()
    return this.#send(connection, buildNetworkRequest({ code, stan, transmittedAtMs }), { timeoutMs })
  }

  async #send(
    connection: Connection,
    message: Iso8583Message,
    { timeoutMs, sendBeforeMs = Number.POSITIVE_INFINITY }: ExchangeOptions,
  ): Promise<Exchange> {
    const bytes = tryEncode(this.#options.profile, message)
    const key = requestKey(message)
    if (bytes === undefined || key === undefined) return notSent('message_not_valid')
    if (this.#waiters.has(key)) return notSent('already_in_flight')
    if (this.#waiters.size >= this.#limits.inFlightMax) return notSent('too_many_in_flight')
    if (this.#options.clock.wallMs() >= sendBeforeMs) return notSent('send_before_passed')
    return new Promise((resolve) => {
      const cancelTimer = this.#options.clock.setTimer(timeoutMs, () => {
        this.#settle(key, { kind: 'no_answer', why: 'timeout' })
      })
      this.#waiters.set(key, { settle: resolve, cancelTimer })
      try {
        connection.send(bytes)
      } catch {
        this.#drop(connection, 'send_failed')
      }
    })
  }

  #received(connection: Connection, bytes: Uint8Array): void {
    if (this.#connection !== connection) return
    const decoded = decode(this.#options.profile, bytes)
    if (!decoded.ok) return this.#drop(connection, 'malformed_message')
    this.#heardAtMs = this.#options.clock.monotonicMs()
    const matched = this.#settle(matchKey(decoded.message), { kind: 'answer', message: decoded.message })
    if (!matched) this.#options.onUnmatched?.(decoded.message)
  }

  #settle(key: string, exchange: Exchange): boolean {
    const waiter = this.#waiters.get(key)
    if (waiter === undefined) return false
    this.#waiters.delete(key)
    waiter.cancelTimer()
    waiter.settle(exchange)
    return true
  }

  #drop(connection: Connection, why: StateChangeReason): void {
    this.#lost(connection, why)
    connection.close()
  }

  #lost(connection: Connection, why: StateChangeReason): void {
    if (this.#connection !== connection) return
    const { clock } = this.#options
    const steady = this.#state === 'up' && clock.monotonicMs() - this.#upSinceMs >= this.#limits.steadyAfterMs
    if (steady) this.#failures = 0
    this.#connection = undefined
    this.#cancelEcho()
    for (const key of this.#waiters.keys()) {
      this.#settle(key, { kind: 'no_answer', why: why === 'stopped' ? 'link_stopped' : 'connection_lost' })
    }
    this.#setState('down', why)
    this.#redialLater()
  }

  #setState(state: LinkState, why: StateChangeReason): void {
    this.#state = state
    this.#options.onStateChange?.(state, why)
  }
}

function notSent(why: NotSent): Exchange {
  return { kind: 'not_sent', why }
}

function tryEncode(profile: WireProfile, message: Iso8583Message): Uint8Array | undefined {
  try {
    return encode(profile, message)
  } catch (error) {
    if (error instanceof EncodeError) return undefined
    throw error
  }
}

/** The key under which the answer to `message` will arrive; undefined when nothing answers such a message. */
function requestKey(message: Iso8583Message): string | undefined {
  const mti = answerMti(message.mti)
  return mti === undefined ? undefined : matchKey({ mti, fields: message.fields })
}

function matchKey({ mti, fields }: Iso8583Message): string {
  return [mti, fields[41], fields[11], fields[13], fields[12], fields[37], fields[70]].join('|')
}
