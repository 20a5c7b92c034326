import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts'
import { EncodeError } from './codec.ts'
import { matchKey, requestKey } from './exchange-key.ts'
import { LateAnswers } from './late-answers.ts'
import type { Connection, Dialer, LinkClock } from './link-ports.ts'
import { type LinkMac, LinkSession } from './link-session.ts'
import {
  type Exchange,
  type ExchangeOptions,
  type KeyChange,
  type LateAnswer,
  LINK_LIMITS,
  type LinkLimits,
  type LinkState,
  type NotSent,
  type StateChangeReason,
} from './link-types.ts'
import type { MacFunction } from './message-mac.ts'
import type { Iso8583Message } from './message.ts'
import {
  buildNetworkAnswer,
  buildNetworkRequest,
  NETWORK_CODES,
  type NetworkCode,
  parseNetworkAnswer,
  parseNetworkRequest,
} from './network-management.ts'
import type { WireProfile } from './profile.ts'
import { Redialling } from './redialling.ts'

export type LinkOptions = {
  readonly profile: WireProfile
  readonly dialer: Dialer
  readonly clock: LinkClock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly limits?: Partial<LinkLimits>
  /** Given exactly when the profile asks for MACs. */
  readonly mac?: LinkMac
  readonly onStateChange?: (state: ConnectionState, why: StateChangeReason) => void
  readonly onBreakerChange?: (state: BreakerState) => void
  /** An answer to an exchange that ended as `no_answer`. Without a listener it is unmatched. */
  readonly onLate?: (answer: LateAnswer) => void
  /** Answers to nothing that was asked, second copies of answers, and requests of the host. */
  readonly onUnmatched?: (message: Iso8583Message) => void
}

type ConnectionState = Exclude<LinkState, 'suspended'>

type Waiter = {
  readonly settle: (exchange: Exchange) => void
  readonly cancelTimer: () => void
  readonly sentAtMs: number
  /** Runs before the next byte of the connection is read. */
  readonly onAnswer?: (message: Iso8583Message) => void
  readonly kind: 'exchange' | 'network'
}

/**
 * Keeps one connection to an acquirer signed on and carries many exchanges over it at once.
 * An answer belongs to the request with the same class of MTI, terminal, STAN, local time and RRN.
 * Nothing is queued and nothing is sent twice: repeating is the caller's decision, on its own record.
 * Answers that come after their exchange was given up are handed over as late, and everything else as unmatched.
 */
export class AcquirerLink {
  readonly #options: LinkOptions
  readonly #limits: LinkLimits
  readonly #waiters = new Map<string, Waiter>()
  readonly #late: LateAnswers
  readonly #breaker: CircuitBreaker
  readonly #redialling: Redialling
  #running = false
  #signingOff = false
  #drained: () => void = () => {}
  #state: ConnectionState = 'down'
  /** Defined exactly in the states `signing_on` and `up`. */
  #connection: Connection | undefined
  #session: LinkSession
  #cancelProbe: () => void = () => {}
  #cancelEcho: () => void = () => {}
  #upSinceMs = 0
  #heardAtMs = 0
  #networkStan = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#limits = { ...LINK_LIMITS, ...options.limits }
    const { lateWithinMs, lateMax } = this.#limits
    this.#late = new LateAnswers({ withinMs: lateWithinMs, countMax: lateMax })
    this.#breaker = new CircuitBreaker(this.#limits, (state) => this.#breakerChanged(state))
    this.#session = new LinkSession(options.profile, options.mac?.base)
    const { dialer, clock, random } = options
    const onConnected = (connection: Connection): void => this.#connected(connection)
    this.#redialling = new Redialling({ dialer, clock, random, limits: this.#limits, onConnected })
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#signingOff = false
    this.#breaker.reset()
    this.#redialling.start()
  }

  /** Ends all exchanges as `link_stopped` and closes the connection; `start` may follow. */
  stop(): void {
    if (!this.#running) return
    this.#running = false
    this.#redialling.stop()
    if (this.#connection !== undefined) this.#drop(this.#connection, 'stopped')
    // Last: a trial that ends with the link opens the breaker once more.
    this.#cancelProbe()
  }

  /** Takes nothing new, waits for what is in flight, says 002 to the host and stops. Never rejects. */
  async signOff(): Promise<void> {
    if (!this.#running) return
    this.#signingOff = true
    if (this.#waiters.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    const connection = this.#connection
    if (connection !== undefined && this.#state === 'up') {
      await this.#manage(connection, NETWORK_CODES.signOff, this.#limits.signOnTimeoutMs)
    }
    this.stop()
  }

  state(): LinkState {
    return this.#state === 'up' && !this.#breaker.admits() ? 'suspended' : this.#state
  }

  breaker(): BreakerState {
    return this.#breaker.state()
  }

  /** Never rejects. The same transaction cannot be in flight twice. */
  async exchange(message: Iso8583Message, options: ExchangeOptions): Promise<Exchange> {
    const connection = this.#connection
    if (connection === undefined || this.#state !== 'up') return notSent('not_connected')
    if (this.#signingOff) return notSent('signing_off')
    if (!this.#breaker.admits()) return notSent('circuit_open')
    return this.#send(connection, message, { ...options, kind: 'exchange' })
  }

  /** Asks the host for a new MAC key on the open connection; what is in flight is not disturbed. */
  async changeKey(): Promise<KeyChange> {
    const connection = this.#connection
    if (connection === undefined || this.#state !== 'up') return 'not_connected'
    return this.#changeKey(connection)
  }

  #connected(connection: Connection): void {
    this.#connection = connection
    this.#session = new LinkSession(this.#options.profile, this.#options.mac?.base)
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
    if (this.#options.mac?.unwrap !== undefined) {
      const changed = await this.#changeKey(connection)
      if (this.#connection !== connection) return
      if (changed !== 'changed') return this.#drop(connection, 'key_change_failed')
    }
    this.#upSinceMs = this.#options.clock.monotonicMs()
    // The host has just answered; whether it also decides is for one exchange to find out.
    this.#breaker.probed()
    this.#setState('up', 'signed_on')
    if (this.#connection === connection) this.#watch(connection)
  }

  async #changeKey(connection: Connection): Promise<KeyChange> {
    const { unwrap } = this.#options.mac ?? {}
    let next: MacFunction | undefined
    // The very next message of the host may come under the new key.
    const onAnswer = (message: Iso8583Message): void => {
      const answer = parseNetworkAnswer(message)
      if (!answer.ok || answer.value.responseCode !== '00') return
      const { wrappedKey } = answer.value
      next = wrappedKey === undefined ? undefined : unwrap?.(wrappedKey)
      if (next !== undefined) this.#session.changeKey(next)
    }
    const { keyChange } = NETWORK_CODES
    const exchange = await this.#manage(connection, keyChange, this.#limits.signOnTimeoutMs, onAnswer)
    if (exchange.kind !== 'answer') return 'no_answer'
    return next === undefined ? 'refused' : 'changed'
  }

  #breakerChanged(state: BreakerState): void {
    this.#cancelProbe()
    if (state === 'open') {
      this.#cancelProbe = this.#options.clock.setTimer(this.#breaker.openMs(), () => this.#probe())
    }
    this.#options.onBreakerChange?.(state)
  }

  /** Where the link is down at that moment, the next sign-on is the probe. */
  #probe(): void {
    const connection = this.#connection
    if (connection === undefined || this.#state !== 'up') return
    void this.#manage(connection, NETWORK_CODES.echo, this.#limits.echoTimeoutMs).then((exchange) => {
      if (this.#connection !== connection) return undefined
      return exchange.kind === 'answer' ? this.#breaker.probed() : this.#drop(connection, 'echo_unanswered')
    })
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

  #manage(
    connection: Connection,
    code: NetworkCode,
    timeoutMs: number,
    onAnswer?: (message: Iso8583Message) => void,
  ): Promise<Exchange> {
    this.#networkStan = (this.#networkStan % 999_999) + 1
    const stan = String(this.#networkStan).padStart(6, '0')
    const transmittedAtMs = this.#options.clock.wallMs()
    return this.#send(connection, buildNetworkRequest({ code, stan, transmittedAtMs }), {
      timeoutMs,
      kind: 'network',
      ...(onAnswer === undefined ? {} : { onAnswer }),
    })
  }

  async #send(
    connection: Connection,
    message: Iso8583Message,
    options: ExchangeOptions & Pick<Waiter, 'kind' | 'onAnswer'>,
  ): Promise<Exchange> {
    const { clock } = this.#options
    const { timeoutMs, sendBeforeMs = Number.POSITIVE_INFINITY, ...waiter } = options
    const bytes = tryWrite(this.#session, message)
    const key = requestKey(message)
    if (bytes === undefined || key === undefined) return notSent('message_not_valid')
    if (this.#waiters.has(key)) return notSent('already_in_flight')
    if (this.#waiters.size >= this.#limits.inFlightMax) return notSent('too_many_in_flight')
    // What waits in this process would leave at a time that nobody checks.
    if (options.kind === 'exchange' && (connection.backlogBytes?.() ?? 0) > 0) return notSent('congested')
    if (clock.wallMs() >= sendBeforeMs) return notSent('send_before_passed')
    return new Promise((resolve) => {
      const cancelTimer = clock.setTimer(timeoutMs, () => {
        this.#settle(key, { kind: 'no_answer', why: 'timeout' })
      })
      this.#waiters.set(key, { ...waiter, settle: resolve, cancelTimer, sentAtMs: clock.monotonicMs() })
      this.#late.askedAgain(key)
      if (options.kind === 'exchange') this.#breaker.sent(key)
      try {
        connection.send(bytes)
      } catch {
        this.#drop(connection, 'send_failed')
      }
    })
  }

  #received(connection: Connection, bytes: Uint8Array): void {
    if (this.#connection !== connection) return
    const read = this.#session.read(bytes)
    if (!read.ok) return this.#drop(connection, read.why)
    const { message } = read
    const nowMs = this.#options.clock.monotonicMs()
    this.#heardAtMs = nowMs
    const key = matchKey(message)
    if (this.#settle(key, { kind: 'answer', message })) return
    if (message.mti === '0800') return this.#asked(connection, message)
    const sentAtMs = this.#late.take(key, nowMs)
    const { onLate, onUnmatched } = this.#options
    if (sentAtMs === undefined || onLate === undefined) return onUnmatched?.(message)
    return onLate({ message, sinceSentMs: nowMs - sentAtMs })
  }

  /** The host may ask for an echo as well, and say that it goes. */
  #asked(connection: Connection, message: Iso8583Message): void {
    const request = parseNetworkRequest(message)
    if (!request.ok) return this.#options.onUnmatched?.(message)
    const { code } = request.value
    if (code !== NETWORK_CODES.echo && code !== NETWORK_CODES.signOff) {
      return this.#options.onUnmatched?.(message)
    }
    const answer = tryWrite(this.#session, buildNetworkAnswer({ ...request.value, responseCode: '00' }))
    try {
      if (answer !== undefined) connection.send(answer)
    } catch {
      return this.#drop(connection, 'send_failed')
    }
    return code === NETWORK_CODES.signOff ? this.#drop(connection, 'host_signed_off') : undefined
  }

  #settle(key: string, exchange: Exchange): boolean {
    const waiter = this.#waiters.get(key)
    if (waiter === undefined) return false
    this.#waiters.delete(key)
    waiter.cancelTimer()
    if (exchange.kind === 'answer') waiter.onAnswer?.(exchange.message)
    if (waiter.kind === 'exchange') this.#learn(key, waiter, exchange)
    waiter.settle(exchange)
    if (this.#waiters.size === 0) this.#drained()
    return true
  }

  #learn(key: string, { sentAtMs }: Waiter, exchange: Exchange): void {
    if (exchange.kind === 'answer') return this.#breaker.answered()
    this.#late.gaveUp(key, { sentAtMs, nowMs: this.#options.clock.monotonicMs() })
    if (exchange.kind !== 'no_answer') return undefined
    return exchange.why === 'timeout' ? this.#breaker.silent(key) : this.#breaker.lost(key)
  }

  #drop(connection: Connection, why: StateChangeReason): void {
    this.#lost(connection, why)
    connection.close()
  }

  #lost(connection: Connection, why: StateChangeReason): void {
    if (this.#connection !== connection) return
    const { clock } = this.#options
    const upMs = clock.monotonicMs() - this.#upSinceMs
    const wasSteady = this.#state === 'up' && upMs >= this.#limits.steadyAfterMs
    this.#connection = undefined
    this.#cancelEcho()
    for (const key of this.#waiters.keys()) {
      this.#settle(key, { kind: 'no_answer', why: why === 'stopped' ? 'link_stopped' : 'connection_lost' })
    }
    this.#setState('down', why)
    this.#redialling.again({ wasSteady })
  }

  #setState(state: ConnectionState, why: StateChangeReason): void {
    this.#state = state
    this.#options.onStateChange?.(state, why)
  }
}

function notSent(why: NotSent): Exchange {
  return { kind: 'not_sent', why }
}

function tryWrite(session: LinkSession, message: Iso8583Message): Uint8Array | undefined {
  try {
    return session.write(message)
  } catch (error) {
    if (error instanceof EncodeError) return undefined
    throw error
  }
}
